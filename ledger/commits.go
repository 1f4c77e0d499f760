package ledger

import "sync"

// maxCommits is how many commits a process remembers: what a chart shows.
const maxCommits = 500

// Commits remembers the last commits of a process. The zero value is ready.
type Commits struct {
	mu   sync.Mutex
	last []Commit
	at   int // the oldest one, when the ring is full
}

// Add remembers one more, in the place of the oldest.
func (c *Commits) Add(one Commit) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.last) < maxCommits {
		c.last = append(c.last, one)
		return
	}
	c.last[c.at] = one
	c.at = (c.at + 1) % maxCommits
}

// List returns them, oldest first.
func (c *Commits) List() []Commit {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append(append([]Commit{}, c.last[c.at:]...), c.last[:c.at]...)
}
