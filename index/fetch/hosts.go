package fetch

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
)

// maxFailures is how often in a row a host may fail to answer, retries included,
// before it is not asked any more.
const maxFailures = 3

// hosts keeps what is in flight within bounds, and remembers how hosts fare.
type hosts struct {
	total   *semaphore.Weighted
	perHost int64

	mu     sync.Mutex
	byName map[string]*host
}

// host is one of them, by scheme, name and port.
type host struct {
	slots       *semaphore.Weighted
	wantsBounds atomic.Bool // it serves no parts but those within a file

	mu       sync.Mutex
	resting  time.Time // it asked to be left alone until then
	failures int       // in a row
	last     error     // the last failure
}

func newHosts(total, perHost int) *hosts {
	return &hosts{total: semaphore.NewWeighted(int64(total)), perHost: int64(perHost), byName: make(map[string]*host)}
}

func (hs *hosts) get(name string) *host {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	h, ok := hs.byName[name]
	if !ok {
		h = &host{slots: semaphore.NewWeighted(hs.perHost)}
		hs.byName[name] = h
	}
	return h
}

// enter waits for a slot and for the host's rest to end. It returns what gives the
// slot back.
func (hs *hosts) enter(ctx context.Context, h *host) (leave func(), err error) {
	if err := h.rest(ctx); err != nil {
		return nil, err
	}
	if err := h.slots.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	if err := hs.total.Acquire(ctx, 1); err != nil {
		h.slots.Release(1)
		return nil, err
	}
	return func() { hs.total.Release(1); h.slots.Release(1) }, nil
}

// rest waits until the host may be asked again.
func (h *host) rest(ctx context.Context) error {
	h.mu.Lock()
	wait := time.Until(h.resting)
	h.mu.Unlock()
	if wait <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// restFor notes that the host wants to be left alone.
func (h *host) restFor(wait time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if until := time.Now().Add(wait); until.After(h.resting) {
		h.resting = until
	}
}

// answered notes that the host is alive.
func (h *host) answered() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.failures = 0
}

// failed notes that the host did not answer a question, whatever was tried.
func (h *host) failed(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.failures++
	h.last = err
}

// down returns why the host is not to be asked, nil when it is.
func (h *host) down() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.failures < maxFailures {
		return nil
	}
	return h.last
}
