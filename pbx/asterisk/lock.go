package asterisk

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"
)

const (
	// lockPoll is how often a lock is tried that somebody else has.
	lockPoll = 10 * time.Millisecond
	// othersTurn is for how long who had the lock leaves it alone, so that whoever
	// tries for it gets it: a process with many changes would have it all the time.
	othersTurn = 3 * lockPoll
)

// lockDir waits until no other process changes the lines: the service, a
// worker and a command of the operator may write the same folder. What is locked
// is the folder itself, which each of them can open, whoever made the files in
// it. The kernel drops the lock when its process dies.
func lockDir(ctx context.Context, dir string) (unlock func() error, err error) {
	ticker := time.NewTicker(lockPoll)
	defer ticker.Stop()
	for {
		unlock, err = tryLockDir(dir)
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return unlock, err
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ErrBusy, ctx.Err())
		case <-ticker.C:
		}
	}
}

// tryLockDir fails with EWOULDBLOCK where somebody else has the lock.
func tryLockDir(dir string) (unlock func() error, err error) {
	d, err := os.Open(dir) //nolint:gosec // the operator's folder
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(d.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d.Close, nil
}

// alone has a change made while nobody else changes the lines.
func (p *Provisioner) alone(ctx context.Context, change func()) error {
	if p.others != nil {
		select {
		case <-p.others:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	unlock, err := lockDir(ctx, p.config.Dir)
	if err != nil {
		return errors.Join(err, ctx.Err())
	}
	change()
	_ = unlock() // it is dropped, whatever that says
	p.others = time.After(othersTurn)
	return nil
}
