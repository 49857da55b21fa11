package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"sluice/index/fetch"
)

// patience is how long a person waits before wanting to know what is going on.
const patience = 500 * time.Millisecond

// watch tells on stderr how far the questions to indexes are: on a terminal a bar, from
// the moment that it takes long, in CI one line for each stage that took long, and
// elsewhere nothing.
type watch struct {
	out  io.Writer
	ci   bool
	bars *mpb.Progress // nil where there is none
	bar  *mpb.Bar
	show chan any // closed when the bar is to be seen; until then nothing is written

	mu     sync.Mutex
	counts fetch.Counts
	since  fetch.Counts // when the stage began
	began  time.Time
	timer  *time.Timer
}

func (a *app) newWatch() *watch {
	w := &watch{out: a.stderr, ci: a.getenv("CI") != "" && !a.talksToPerson, began: time.Now()}
	if !a.talksToPerson {
		return w
	}
	w.show = make(chan any)
	w.timer = time.AfterFunc(patience, func() { close(w.show) })
	w.bars = mpb.New(mpb.WithOutput(a.stderr), mpb.WithWidth(40), mpb.WithRenderDelay(w.show))
	w.bar = w.bars.AddBar(0, mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Name("index facts ")), mpb.AppendDecorators(decor.CountersNoUnit(" %d of %d")))
	return w
}

// update takes over what the client did so far.
func (w *watch) update(c fetch.Counts) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counts = c
	if w.bar != nil {
		w.bar.SetTotal(c.Asked+1, false) // complete only when close says so
		w.bar.SetCurrent(c.Done)
	}
}

// stage ends a stage of the work, and begins the next.
func (w *watch) stage(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	if took := now.Sub(w.began); w.ci && took > patience && w.counts.Requests > w.since.Requests {
		fmt.Fprintf(w.out, "sluice: %s: %s, %.1f MiB, %.1f s\n", name, count(int(w.counts.Requests-w.since.Requests), "request"),
			float64(w.counts.Bytes-w.since.Bytes)/(1<<20), took.Seconds())
	}
	w.began, w.since = now, w.counts
}

// close takes the bar away, before anything else is written.
func (w *watch) close() {
	if w.bars == nil {
		return
	}
	w.timer.Stop()
	w.bar.Abort(true)
	w.bars.Wait()
}
