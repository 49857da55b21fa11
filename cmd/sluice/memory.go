package main

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"time"

	"sluice/index/fetch"
)

// memory remembers for a day what a client says of its own defaults: to ask pip takes
// half a second, and its answer changes only with pip.
type memory struct {
	store *fetch.Store
	now   func() time.Time
}

const remembered = 24 * time.Hour

// run runs a client, or returns what it said before. A client that was replaced since
// is asked again.
func (m memory) run(ctx context.Context, name string, args ...string) ([]byte, error) {
	key, ok := clientKey(name, args)
	if !ok {
		return fetch.RunProgram(ctx, name, args...)
	}
	if h, said, err := m.store.Read(fetch.Raw, key); err == nil && h.Fresh(m.now()) {
		return said, nil
	}
	said, err := fetch.RunProgram(ctx, name, args...)
	if err == nil {
		now := m.now()
		m.store.Write(fetch.Raw, key, fetch.Header{URL: name, Fetched: now, Expires: now.Add(remembered)}, said)
	}
	return said, err
}

// clientKey identifies a program as it is now, with its arguments.
func clientKey(name string, args []string) (string, bool) {
	path, err := exec.LookPath(name)
	if err != nil {
		return "", false
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", false
	}
	return strings.Join(append([]string{"client", path, info.ModTime().String()}, args...), "\n"), true
}
