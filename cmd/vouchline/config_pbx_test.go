package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/pbx"
)

func TestPBXSettingsFaults(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		args []string
		want []string // settings the error names; none is no error
	}{
		{"none", nil, nil},
		{"realtime on SQLite", []string{"--pbx=asterisk-realtime"}, []string{"--pbx:"}},
		{"kamailio without anything", []string{"--pbx=kamailio"}, []string{"--pbx:", "--pbx-kamailio-rpc:", "--pbx-kamailio-token-file:"}},
		{"kamailio", []string{"--pbx=kamailio", "--database=postgres://x/y", "--pbx-kamailio-rpc=http://127.0.0.1:5064/rpc", "--pbx-kamailio-token=t"}, nil},
		{"AMI without a secret", []string{"--pbx=asterisk", "--pbx-ami=127.0.0.1:5038"}, []string{"--pbx-ami-user:", "--pbx-ami-secret-file:"}},
		{"AMI of no Asterisk", []string{"--pbx-ami=x", "--pbx-ami-user=u", "--pbx-ami-secret=s"}, []string{"--pbx-ami:"}},
		{"hanging up by nobody", []string{"--pbx=asterisk", "--pbx-hangup=on"}, []string{"--pbx-hangup:"}},
		{"numbers", []string{"--pbx-extensions=1000-1999,acme:1500-1600", "--pbx-reserved=x", "--pbx-quarantine=-1s"}, []string{"--pbx-extensions:", "--pbx-reserved:", "--pbx-quarantine:"}},
		{"rotation", []string{"--pbx-rotate=5m", "--pbx-overlap=-1s"}, []string{"--pbx-rotate:", "--pbx-overlap:"}},
		{
			"phones",
			[]string{"--sip-server=a b", "--sip-transport=sctp", "--sip-websocket=https://x", "--sip-stun=x", "--sip-expires=5", "--sip-echo=echo"},
			[]string{"--sip-server:", "--sip-transport:", "--sip-websocket:", "--sip-stun:", "--sip-expires:", "--sip-echo:"},
		},
		{"realm that is no domain", []string{"--pbx-realm=a b"}, []string{"--pbx-realm:"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := parseServe(t, tc.args...)
			if len(tc.want) == 0 && err != nil {
				t.Errorf("Parse = %v, want nil", err)
			}
			for _, setting := range tc.want {
				if err == nil || !strings.Contains(err.Error(), setting) {
					t.Errorf("Parse = %v, want an error that names %s", err, setting)
				}
			}
		})
	}
}

// Every kind of PBX can be made without one that runs: a PBX that is away must
// not keep the service from starting.
func TestEveryPBXIsMade(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ami := []string{"--pbx-ami=127.0.0.1:1", "--pbx-ami-user=vouchline", "--pbx-ami-secret-file=" + secret, "--pbx-ami-tls=on", "--pbx-hangup=on"}
	for _, tc := range []struct {
		args             []string
		asked, listensTo bool
	}{
		{[]string{"--pbx=none"}, false, false},
		{[]string{"--pbx=asterisk"}, false, false},
		{append([]string{"--pbx=asterisk"}, ami...), true, true},
		{append([]string{"--pbx=asterisk-realtime", "--database=postgres://x/y"}, ami...), true, true},
		{[]string{"--pbx=kamailio", "--database=postgres://x/y", "--pbx-kamailio-rpc=http://127.0.0.1:1/rpc", "--pbx-kamailio-token-file=" + secret}, true, true},
	} {
		s, err := parseServe(t, tc.args...)
		if err != nil {
			t.Fatal(err)
		}
		x, err := newExchange(&Globals{Log: slog.New(slog.DiscardHandler)}, s.PBXSettings, dir, func(context.Context, pbx.Account) error { return nil })
		if err != nil || x.provisioner == nil || (x.registrar != nil) != tc.asked || (x.events != nil) != tc.listensTo {
			t.Errorf("%v makes %+v, %v", tc.args[0], x, err)
		}
	}
}

func TestServiceForPhones(t *testing.T) {
	t.Parallel()
	s, err := parseServe(t, "--sip-transport=tls", "--sip-websocket=wss://pbx.example.org/ws", "--sip-stun=stun.example.org:3478", "--sip-echo=600")
	if err != nil {
		t.Fatal(err)
	}
	want := pbx.Service{Server: "id.example.org", Transport: "tls", WebSocket: "wss://pbx.example.org/ws", STUN: "stun.example.org:3478", Expires: 120, Echo: "600"}
	if got := s.Service("https://id.example.org"); got != want {
		t.Errorf("Service() = %+v, want %+v", got, want)
	}
}
