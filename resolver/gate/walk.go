package gate

import (
	"sync"

	"sluice/resolver"
)

// Walk takes every job through the edited world of each environment, several at a
// time, and forgets what comes out. A Source that has to ask others for its facts is
// thus asked side by side for what Judge would ask one by one.
func Walk(q *Question, walkers int) {
	for _, env := range q.Environments {
		pins, limits := Active(q.After, env)
		jobs := make(chan *Job)
		var wait sync.WaitGroup
		for range walkers {
			wait.Go(func() {
				world := resolver.NewWorld(env, pins, limits, q.Source)
				for job := range jobs {
					world.Verify(job.Job)
				}
			})
		}
		for i := range q.Consumers {
			if c := &q.Consumers[i]; c.supports(env) {
				for j := range c.Jobs {
					jobs <- &c.Jobs[j]
				}
			}
		}
		close(jobs)
		wait.Wait()
	}
}
