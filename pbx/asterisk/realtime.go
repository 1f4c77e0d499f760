package asterisk

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/vouchline/vouchline/pbx"
)

// RealtimeConfig is what a PBX needs that reads its lines from our database at
// each request.
type RealtimeConfig struct {
	// Publish makes the rows that Asterisk sees of a line those of the account;
	// of a disabled one there are none.
	Publish func(ctx context.Context, a pbx.Account) error
	// AMI, when set, asks Asterisk itself what it sees, and drops devices.
	// Without it they stay known until they expire.
	AMI *AMI
	// HangUp ends the calls of a line that is taken away. It needs AMI.
	HangUp bool
	// Timeout bounds each change.
	Timeout time.Duration
	Logger  *slog.Logger
	Clock   func() time.Time
}

// Realtime sets lines by rows in a database (Asterisk's realtime). It is in
// effect with the commit: Asterisk keeps no copy.
type Realtime struct {
	config  RealtimeConfig
	control control
}

// NewRealtime returns a provisioner.
func NewRealtime(c RealtimeConfig) (*Realtime, error) {
	switch {
	case c.Publish == nil || c.Clock == nil:
		return nil, errors.New("asterisk: realtime needs a publisher and a clock")
	case c.HangUp && c.AMI == nil:
		return nil, errors.New("asterisk: hanging up needs the manager interface")
	case c.Timeout <= 0:
		c.Timeout = DefaultTimeout
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	r := &Realtime{config: c}
	if c.AMI != nil {
		r.control = c.AMI.control().atMost(maxAsked)
	}
	return r, nil
}

// Provision publishes the account, waits until Asterisk sees it, and drops the
// devices of who may not use the line any more.
func (r *Realtime) Provision(ctx context.Context, a pbx.Account) error {
	if err := a.Validate(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, r.config.Timeout)
	defer cancel()
	now := r.config.Clock()
	want := usersOf(a, now)
	sweep := want == nil || a.PhoneEnded(now)
	if !sweep {
		sweep = r.loses(ctx, a, want)
	}
	if err := r.config.Publish(ctx, a); err != nil {
		return fmt.Errorf("asterisk: publish: %w", err)
	}
	// Asterisk sees a credential end without being told.
	if err := r.control.await(ctx, a.Extension, func() users { return usersOf(a, r.config.Clock()) }); err != nil {
		return err
	}
	if sweep {
		if err := r.control.sweep(ctx, a.Extension, r.config.HangUp && want == nil); err != nil {
			return err
		}
	}
	r.config.Logger.InfoContext(ctx, "line changed", "extension", a.Extension, "credentials", len(want))
	return nil
}

// loses reports whether somebody who may use the line now will not, or that
// nobody can tell. An Asterisk that does not answer leaves time to publish.
func (r *Realtime) loses(ctx context.Context, a pbx.Account, want users) bool {
	if r.control.lookup == nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, r.config.Timeout/4)
	defer cancel()
	before, err := r.control.lookup(ctx, a.Extension)
	return err != nil || before.phones(a).outlive(want)
}

// Deprovision takes the line away. An unknown one is no error.
func (r *Realtime) Deprovision(ctx context.Context, aor pbx.AOR) error {
	extension, err := number(aor)
	if err != nil {
		return err
	}
	return r.Provision(ctx, pbx.Account{Extension: extension, AOR: aor, Realm: aor.Domain()})
}
