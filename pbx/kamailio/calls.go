package kamailio

import (
	"context"
	"errors"
	"time"

	"github.com/vouchline/vouchline/pbx"
)

// profile is the dialog profile in which the configuration puts each call, once
// by who calls and once by who is called.
const profile = "line"

// The states of a dialog: before confirmed it only rings; one that has ended
// waits to be cleared.
const (
	confirmed = 3
	ended     = 5
)

type dialog struct {
	Entry  int    `json:"h_entry"`
	ID     int    `json:"h_id"`
	State  int    `json:"state"`
	CallID string `json:"call-id"`
	Caller struct {
		CSeq string `json:"cseq"`
	} `json:"caller"`
}

// HangUp ends the calls of a line, whoever began them, and waits until they are
// over.
func (r *Registrar) HangUp(ctx context.Context, aor pbx.AOR) error {
	if _, err := key(aor); err != nil {
		return err
	}
	return r.each(ctx, func(ctx context.Context, node string) error {
		for asked := map[dialog]bool{}; ; {
			live, err := r.live(ctx, node, aor)
			if err != nil || len(live) == 0 {
				return err
			}
			if err := r.end(ctx, node, live, asked); err != nil {
				return err
			}
			select {
			case <-ctx.Done():
				return ErrNotDropped
			case <-time.After(poll):
			}
		}
	})
}

// live returns the calls of a line that are not over.
func (r *Registrar) live(ctx context.Context, node string, aor pbx.AOR) ([]dialog, error) {
	var all, live []dialog
	if err := r.call(ctx, node, "dlg.profile_list", &all, profile, aor.User()); err != nil {
		return nil, err
	}
	for _, d := range all {
		if d.State != ended {
			live = append(live, d)
		}
	}
	return live, nil
}

// end asks for the end of each call once in each of its states: one that only
// rang may have been answered meanwhile.
func (r *Registrar) end(ctx context.Context, node string, live []dialog, asked map[dialog]bool) error {
	for _, d := range live {
		if asked[d] {
			continue
		}
		asked[d] = true
		var nothing any
		var err error
		if d.State < confirmed {
			err = r.call(ctx, node, "tm.cancel", &nothing, d.CallID, d.Caller.CSeq)
		} else {
			err = r.call(ctx, node, "dlg.end_dlg", &nothing, d.Entry, d.ID)
		}
		// What Kamailio does not do, it does not do to a call that is just ending
		// too: the next look tells them apart.
		if _, refused := errors.AsType[*RPCError](err); err != nil && !refused {
			return err
		}
	}
	return nil
}
