package jobs

// FallSilent ends the queue's signs of life, as a stalled process does, while
// its jobs hold on.
func (q *Queue) FallSilent() {
	q.stop()
	q.done.Wait()
}
