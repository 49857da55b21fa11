package main

import (
	"context"
	"fmt"
	"time"
)

const (
	lockPoll = 5 * time.Millisecond

	// lockPatience is how long one process waits for another one at most: one that was
	// stopped holds its lock.
	lockPatience = 20 * time.Second
)

// poll calls try until it reports that there is a lock, or patience is at an end.
func poll(ctx context.Context, try func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	tick := time.NewTicker(lockPoll)
	defer tick.Stop()
	for {
		if locked, err := try(); locked || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("another process has been writing to this folder for %s%s", lockPatience, lockHint)
		case <-tick.C:
		}
	}
}
