package asterisk

// Waiting returns how many changes wait for the next reload.
func (p *Provisioner) Waiting() int {
	p.waiting.mu.Lock()
	defer p.waiting.mu.Unlock()
	return len(p.waiting.queue)
}
