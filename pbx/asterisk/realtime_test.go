package asterisk_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/asterisk"
	"github.com/vouchline/vouchline/pbx/pbxtest"
)

// A view is what an Asterisk without a cache sees, and a record of what it was
// asked to do.
type view struct {
	mu      sync.Mutex
	account pbx.Account
	did     []string
}

func (v *view) note(what string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.did = append(v.did, what)
}

func (v *view) publish(_ context.Context, a pbx.Account) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.account = a
	v.did = append(v.did, "publish")
	return nil
}

// talk answers as Asterisk's manager interface does.
func (v *view) talk(p *peer) {
	for action := p.login(); action != nil; action = p.hear() {
		id := action.Get("ActionID")
		switch action.Get("Action") {
		case "PJSIPShowEndpoint":
			v.show(p, id)
		case "DBGetTree":
			p.contacts(action, "2001;@ab01")
		case "DBDel":
			v.note("drop")
			p.answer(action, "Success")
		case "Hangup":
			v.note("hang up")
			p.answer(action, "Success\nEventList: start")
			p.say("Event: ChannelsHungupListComplete\nActionID: %s\nEventList: Complete\n\n", id)
		}
	}
}

func (v *view) show(p *peer, id string) {
	v.mu.Lock()
	a := v.account
	v.mu.Unlock()
	credentials := a.Credentials(march)
	if !a.Enabled || len(credentials) == 0 {
		p.say("Response: Error\nActionID: %s\nMessage: Unable to retrieve endpoint 2001\n\n", id)
		return
	}
	p.say("Response: Success\nActionID: %s\nEventList: start\n\nEvent: EndpointDetail\nActionID: %s\nObjectName: 2001\n\n", id, id)
	for _, c := range credentials {
		p.say("Event: AuthDetail\nActionID: %s\nUsername: %s\nPasswordDigest: MD5:%s,SHA-256:%s,SHA-512-256:%s\n\n", id, c.Username, c.HA1MD5, c.HA1SHA256, c.HA1SHA512256)
	}
	p.say("Event: EndpointDetailComplete\nActionID: %s\nEventList: Complete\n\n", id)
}

func newRealtimeOn(t *testing.T, c asterisk.RealtimeConfig) *asterisk.Realtime {
	t.Helper()
	if c.Clock == nil {
		c.Clock = func() time.Time { return march }
	}
	r, err := asterisk.NewRealtime(c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Who loses a line loses its devices; who only joins one costs nobody a call.
func TestRealtimeDropsDevices(t *testing.T) {
	t.Parallel()
	line := pbxtest.Account("2001", "first")
	rotated, overlapping, ended, joined, off, named := line.Clone(), line.Clone(), line.Clone(), line.Clone(), line.Clone(), line.Clone()
	fresh := pbx.NewCredential("2001-bbbbbb", pbxtest.Domain, "second")
	rotated.Devices[0].Rotate(fresh, march, march)
	overlapping.Devices[0].Rotate(fresh, march, march.Add(time.Hour))
	ended.Devices[0].Credentials[0].NotAfter = march
	ended.Devices[0].Credentials = append(ended.Devices[0].Credentials, fresh)
	joined.Devices = append(joined.Devices, pbx.Device{ID: "web", Kind: pbx.Browser, Credentials: []pbx.Credential{fresh}})
	closed := joined.Clone()
	closed.Devices[1].Credentials[0].NotAfter = march
	off.Enabled = false
	named.DisplayName = "Another Name"
	nobody := line.Clone()
	nobody.Devices[0].Credentials[0].NotAfter = march
	for _, tc := range []struct {
		name          string
		before, after pbx.Account
		want          []string
	}{
		{"new line", off, line, []string{"publish"}},
		{"the same", line, line, []string{"publish"}},
		{"another name", line, named, []string{"publish"}},
		{"browser joins", line, joined, []string{"publish"}},
		{"browser leaves", joined, line, []string{"publish", "drop"}},
		{"browser's hour is over", joined, closed, []string{"publish"}},
		{"browser's hour is over, seen by Asterisk already", line, closed, []string{"publish"}},
		{"rotated with an overlap", line, overlapping, []string{"publish"}},
		{"rotated", line, rotated, []string{"publish", "drop"}},
		{"overlap over, seen by Asterisk already", rotated, ended, []string{"publish", "drop"}},
		{"other password", line, pbxtest.WithPassword(line, "second"), []string{"publish", "drop"}},
		{"revoked", line, off, []string{"publish", "drop", "hang up"}},
		{"revoked before", off, off, []string{"publish", "drop", "hang up"}},
		{"no credential left", line, nobody, []string{"publish", "drop", "hang up"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			v := &view{account: tc.before}
			r := newRealtimeOn(t, asterisk.RealtimeConfig{Publish: v.publish, AMI: clientOf(t, serve(t, v.talk)), HangUp: true})
			if err := r.Provision(patient(t), tc.after); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, v.did); diff != "" {
				t.Errorf("done (-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever is the matter with Asterisk, a revocation is published; but it is
// done only when the devices are gone.
func TestRealtimeWithoutAsterisk(t *testing.T) {
	t.Parallel()
	line := pbxtest.Account("2001", "first")
	off := line.Clone()
	off.Enabled = false
	down := errors.New("down")
	for _, tc := range []struct {
		name    string
		talk    func(*peer)
		publish error
		account pbx.Account
		want    error
	}{
		{"does not answer", func(p *peer) { p.hear() }, nil, line, asterisk.ErrNotLoaded},
		{"does not answer to a revocation", func(p *peer) { p.hear() }, nil, off, asterisk.ErrNotLoaded},
		{"sees nothing", (&view{}).talk, nil, line, asterisk.ErrNotLoaded},
		{"sees a revoked line", (&view{account: line}).talk, nil, off, asterisk.ErrNotLoaded},
		{"may not be asked", func(p *peer) { p.answer(p.login(), "Error\nMessage: Permission denied") }, nil, off, asterisk.ErrNotLoaded},
		{"drops nothing", func(p *peer) {
			for action := p.login(); action != nil; action = p.hear() {
				if action.Get("Action") != "PJSIPShowEndpoint" {
					p.answer(action, "Error\nMessage: Permission denied")
					continue
				}
				(&view{}).show(p, action.Get("ActionID"))
			}
		}, nil, off, asterisk.ErrNotDropped},
		{"database is down", (&view{}).talk, down, off, down},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var published []pbx.Account
			r := newRealtimeOn(t, asterisk.RealtimeConfig{
				Publish: func(ctx context.Context, a pbx.Account) error {
					published = append(published, a)
					return errors.Join(ctx.Err(), tc.publish)
				},
				AMI: clientOf(t, serve(t, tc.talk)), Timeout: 2 * time.Second,
			})
			if err := r.Provision(patient(t), tc.account); !errors.Is(err, tc.want) || errors.Is(err, asterisk.ErrRefused) && strings.Contains(err.Error(), secret) {
				t.Errorf("Provision() = %v, want %v", err, tc.want)
			}
			if len(published) != 1 || !published[0].Equal(tc.account) {
				t.Errorf("published %v, want the account, once", published)
			}
		})
	}
}

// Without the manager interface rows are all that there is.
func TestRealtimeByRowsAlone(t *testing.T) {
	t.Parallel()
	var fake pbxtest.Fake
	pbxtest.Run(t, func(t *testing.T) pbxtest.Target {
		for _, a := range fake.Accounts() {
			if err := fake.Deprovision(t.Context(), a.AOR); err != nil {
				t.Fatal(err)
			}
		}
		return pbxtest.Target{
			Provisioner: newRealtimeOn(t, asterisk.RealtimeConfig{Publish: fake.Provision}),
			Lookup:      func(_ *testing.T, aor pbx.AOR) (pbx.Account, bool) { return fake.Lookup(aor) },
		}
	})
}

func TestNewRealtime(t *testing.T) {
	t.Parallel()
	publish, clock := new(view).publish, func() time.Time { return march }
	for name, c := range map[string]asterisk.RealtimeConfig{
		"no publisher": {Clock: clock}, "no clock": {Publish: publish}, "hangs up by nothing": {Publish: publish, Clock: clock, HangUp: true},
	} {
		if _, err := asterisk.NewRealtime(c); err == nil {
			t.Errorf("NewRealtime(%s) = nil, want an error", name)
		}
	}
	if _, err := asterisk.New(asterisk.Config{Dir: t.TempDir(), Clock: clock, HangUp: true}); err == nil {
		t.Error("New(hangs up by nothing) = nil, want an error")
	}
}
