package asterisk

import (
	"context"
	"errors"
	"time"

	"github.com/vouchline/vouchline/pbx"
)

// Errors of a change that was written but is not known to be in effect. The
// change may be tried again.
var (
	ErrReadBack   = errors.New("asterisk: file does not read back as written")
	ErrReload     = errors.New("asterisk: reload failed")
	ErrNotLoaded  = errors.New("asterisk: change was not taken over")
	ErrNotDropped = errors.New("asterisk: devices were not dropped")
	ErrNotHungUp  = errors.New("asterisk: calls were not hung up")
	ErrBusy       = errors.New("asterisk: another process changes the lines")
)

// pollInterval is how often a running Asterisk is asked for a change.
const pollInterval = 50 * time.Millisecond

// A control is what can be asked of a running Asterisk, by its console or its
// manager interface. What cannot be is nil.
type control struct {
	// reload makes it read its files again.
	reload func(ctx context.Context) error
	// lookup returns who may use a line.
	lookup func(ctx context.Context, extension string) (users, error)
	// drop makes it forget the devices of a line. They would outlive the line
	// until they expire, and come back to life if its number is given to
	// somebody else, whose calls they would then get.
	drop func(ctx context.Context, extension string) error
	// hangUp ends the calls of a line.
	hangUp func(ctx context.Context, extension string) error
}

// maxAsked is how many lines are asked for or swept at the same time. With
// maxLooks and who watches it stays below manager.conf's authlimit: Asterisk
// hangs up on whom it has no room for.
const maxAsked = 4

// A room lets in a few at a time.
type room chan struct{}

func (r room) ask(ctx context.Context, question func() error) error {
	select {
	case r <- struct{}{}:
		defer func() { <-r }()
		return question()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// atMost returns the control with at most n questions at a time: each is a
// session of the manager interface, or a program.
func (c control) atMost(n int) control {
	few, lookup, drop, hangUp := make(room, n), c.lookup, c.drop, c.hangUp
	if lookup != nil {
		c.lookup = func(ctx context.Context, extension string) (found users, err error) {
			err = few.ask(ctx, func() (err error) {
				found, err = lookup(ctx, extension)
				return err
			})
			return found, err
		}
	}
	if drop != nil {
		c.drop = func(ctx context.Context, extension string) error {
			return few.ask(ctx, func() error { return drop(ctx, extension) })
		}
	}
	if hangUp != nil {
		c.hangUp = func(ctx context.Context, extension string) error {
			return few.ask(ctx, func() error { return hangUp(ctx, extension) })
		}
	}
	return c
}

// await asks Asterisk until it believes what was written. A reload returns
// before all of it is in effect, and says "successfully" also of a file that
// it rejected. What is wanted is asked each time: a credential may end
// meanwhile.
func (c control) await(ctx context.Context, extension string, want func() users) error {
	if c.lookup == nil {
		return nil
	}
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		got, err := c.lookup(ctx, extension)
		if err == nil && got.is(want()) {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(ErrNotLoaded, err, ctx.Err())
		case <-ticker.C:
		}
	}
}

// sweep drops the devices of a line, and ends its calls if that is wanted.
func (c control) sweep(ctx context.Context, extension string, calls bool) error {
	if c.drop != nil {
		if err := c.drop(ctx, extension); err != nil {
			return errors.Join(ErrNotDropped, err, ctx.Err())
		}
	}
	if calls && c.hangUp != nil {
		if err := c.hangUp(ctx, extension); err != nil {
			return errors.Join(ErrNotHungUp, err, ctx.Err())
		}
	}
	return nil
}

// control returns what the manager interface can be asked.
func (a *AMI) control() control {
	return control{
		reload: a.reload,
		lookup: a.lookup,
		drop: func(ctx context.Context, extension string) error {
			return a.with(ctx, func(s *session) error { return s.drop(extension, "") })
		},
		hangUp: func(ctx context.Context, extension string) error {
			return a.with(ctx, func(s *session) error { return s.hangUp(extension) })
		},
	}
}

// number returns the extension of a line's address. Nothing but digits goes
// into a file name, a key or a pattern.
func number(aor pbx.AOR) (string, error) {
	if _, err := pbx.ParseAOR(string(aor)); err != nil {
		return "", err
	}
	extension := aor.User()
	for _, r := range extension {
		if r < '0' || r > '9' {
			return "", &pbx.Error{Code: pbx.CodeCharacter, Field: "aor"}
		}
	}
	return extension, nil
}
