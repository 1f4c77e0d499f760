package storetest

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/notify"
	"github.com/vouchline/vouchline/store"
)

var staffTests = map[string]func(*testing.T, *suite){
	"sessions":                    sessions,
	"API keys":                    apiKeys,
	"API keys need sense":         apiKeyFaults,
	"a staff link works once":     staffLinkOnce,
	"a staff link expires":        staffLinkExpires,
	"the audit log only grows":    auditGrows,
	"the outbox keeps messages":   outbox,
	"sweeping leaves what counts": sweep,
}

func sessions(t *testing.T, s *suite) {
	ctx, x := t.Context(), s.Sessions()
	if _, found, err := x.FindCtx(ctx, "token"); found || err != nil {
		t.Errorf("FindCtx(unknown) = %t, %v", found, err)
	}
	for _, content := range []string{"one", "two"} {
		if err := x.CommitCtx(ctx, "token", []byte(content), s.clock.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	s.reopen(t)
	x = s.Sessions()
	if b, found, err := x.FindCtx(ctx, "token"); string(b) != "two" || !found || err != nil {
		t.Errorf("FindCtx = %q, %t, %v, want two", b, found, err)
	}
	s.clock.Advance(time.Hour)
	if _, found, err := x.FindCtx(ctx, "token"); found || err != nil {
		t.Errorf("FindCtx(expired) = %t, %v, want not found", found, err)
	}
	if err := x.CommitCtx(ctx, "token", []byte("three"), s.clock.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := x.DeleteCtx(ctx, "token"); err != nil {
		t.Fatal(err)
	}
	if _, found, err := x.FindCtx(ctx, "token"); found || err != nil {
		t.Errorf("FindCtx(deleted) = %t, %v, want not found", found, err)
	}
}

func apiKeys(t *testing.T, s *suite) {
	ctx := t.Context()
	made, token, err := s.CreateAPIKey(ctx, "asterisk", []string{"pbx:read", "identities:read"}, "bank-of-x")
	if err != nil {
		t.Fatal(err)
	}
	s.clock.Advance(time.Hour)
	got, err := s.APIKey(ctx, token)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(made, got); diff != "" || !got.May("pbx:read") || got.May("pbx:write") || got.Organisation != "bank-of-x" {
		t.Errorf("APIKey (-want +got):\n%s", diff)
	}
	if got, err = s.APIKey(ctx, token); err != nil || !got.UsedAt.Equal(s.clock.Now()) {
		t.Errorf("last use = %v, %v, want %v", got.UsedAt, err, s.clock.Now())
	}
	s.clock.Advance(59 * time.Second)
	for range 2 {
		if got, err = s.APIKey(ctx, token); err != nil || !got.UsedAt.Equal(Start.Add(time.Hour)) {
			t.Errorf("last use within a minute = %v, %v, want the one before", got.UsedAt, err)
		}
	}
	s.clock.Advance(-59 * time.Second)
	for _, wrong := range []string{"", "vlk_", token + "x", token[:len(token)-1], strings.ToUpper(token), made.ID} {
		if _, err := s.APIKey(ctx, wrong); !errors.Is(err, store.ErrNoAPIKey) {
			t.Errorf("APIKey(wrong token) = %v, want ErrNoAPIKey", err)
		}
	}
	if none, _, err := s.CreateAPIKey(ctx, "console", []string{"identities:read"}, ""); err != nil || none.Organisation != "" {
		t.Errorf("a key without an organisation = %q, %v", none.Organisation, err)
	}
	s.clock.Advance(time.Minute)
	for range 2 {
		if err := s.RevokeAPIKey(ctx, made.ID); err != nil {
			t.Fatal(err)
		}
		s.clock.Advance(time.Minute)
	}
	if _, err := s.APIKey(ctx, token); !errors.Is(err, store.ErrNoAPIKey) {
		t.Errorf("APIKey(revoked) = %v, want ErrNoAPIKey", err)
	}
	keys, err := s.APIKeys(ctx)
	if err != nil || len(keys) != 2 || keys[1].Organisation != "bank-of-x" || !keys[1].RevokedAt.Equal(Start.Add(time.Hour+time.Minute)) {
		t.Errorf("APIKeys = %+v, %v, want two, the older revoked the first time", keys, err)
	}
	if err := s.RevokeAPIKey(ctx, "unknown"); !errors.Is(err, store.ErrNoAPIKey) {
		t.Errorf("RevokeAPIKey(unknown) = %v, want ErrNoAPIKey", err)
	}
}

func apiKeyFaults(t *testing.T, s *suite) {
	for name, test := range map[string]struct {
		name   string
		scopes []string
	}{
		"no name": {"", []string{"pbx:read"}}, "no scope": {"x", nil}, "two in one": {"x", []string{"pbx:read identities:read"}}, "not a scope": {"x", []string{"all"}},
	} {
		if _, _, err := s.CreateAPIKey(t.Context(), test.name, test.scopes, ""); err == nil {
			t.Errorf("CreateAPIKey, %s = nil, want an error", name)
		}
	}
}

func staffLinkOnce(t *testing.T, s *suite) {
	want := store.StaffLink{Name: "Ada", Role: "administrator"}
	token, expires, err := s.CreateStaffLink(t.Context(), want, 0)
	if err != nil || !expires.Equal(Start.Add(15*time.Minute)) {
		t.Fatalf("CreateStaffLink = %v, %v, want 15 minutes", expires, err)
	}
	var used atomic.Int32
	parallel(8, func(int) {
		got, err := s.UseStaffLink(t.Context(), token)
		if err == nil {
			used.Add(1)
			if got != want {
				t.Errorf("UseStaffLink = %+v, want %+v", got, want)
			}
		} else if !errors.Is(err, store.ErrLinkInvalid) {
			t.Error(err)
		}
	})
	if used.Load() != 1 {
		t.Errorf("the link worked %d times, want once", used.Load())
	}
	if _, err := s.UseStaffLink(t.Context(), "guess"); !errors.Is(err, store.ErrLinkInvalid) {
		t.Errorf("UseStaffLink(guess) = %v, want ErrLinkInvalid", err)
	}
}

func staffLinkExpires(t *testing.T, s *suite) {
	token, _, err := s.CreateStaffLink(t.Context(), store.StaffLink{Role: "reviewer"}, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	s.clock.Advance(time.Minute)
	if _, err := s.UseStaffLink(t.Context(), token); !errors.Is(err, store.ErrLinkInvalid) {
		t.Errorf("UseStaffLink(expired) = %v, want ErrLinkInvalid", err)
	}
}

func auditGrows(t *testing.T, s *suite) {
	ctx := t.Context()
	want := []kyc.AuditEntry{
		{At: Start.Add(time.Second), Actor: "agent:ada", Action: "approve", Subject: "en1", Detail: "looked at it"},
		{At: Start, Actor: "subject", Action: "read", Subject: "en1"},
	}
	for _, entry := range []kyc.AuditEntry{want[1], want[0], {Actor: "subject", Action: "read", Subject: "en2"}} {
		if err := s.Audit(ctx, entry); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.AuditLog(ctx, "en1", 0)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("AuditLog (-want +got):\n%s", diff)
	}
	for _, statement := range []string{"DELETE FROM audit", "UPDATE audit SET actor = 'nobody'"} {
		if err := s.exec(t, statement); err == nil {
			t.Errorf("%s = nil, want a refusal", statement)
		}
	}
	if all, err := s.AuditLog(ctx, "", 2); err != nil || len(all) != 2 || all[0].Subject != "en2" || !all[0].At.Equal(Start) {
		t.Errorf("AuditLog of all = %v, %v", all, err)
	}
}

func outbox(t *testing.T, s *suite) {
	ctx := t.Context()
	sms := notify.Message{To: notify.Address{Channel: notify.SMS, Value: "+22997000001"}, Kind: "code", Text: "1", Key: "a"}
	mail := notify.Message{
		To: notify.Address{Channel: notify.Email, Value: "anna@example.org"}, Kind: "link", Subject: "s", Text: "2", HTML: "<p>2</p>", Key: "b",
		Attachments: []notify.Attachment{{ID: "qr", Name: "qr.png", MediaType: "image/png", Content: []byte{1, 2, 3}}},
	}
	for _, m := range []notify.Message{sms, mail, mail} { // the last one again, as after a crash
		if err := s.Outbox().Send(ctx, m); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Outbox().Send(ctx, notify.Message{}); !errors.Is(err, notify.ErrPermanent) {
		t.Errorf("Send(empty) = %v, want ErrPermanent", err)
	}
	s.reopen(t)
	got, err := s.Outbox().Messages(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	want := []store.SentMessage{{At: Start, Message: mail}, {At: Start, Message: sms}}
	if len(got) != 2 || !cmp.Equal(want, got) {
		t.Errorf("Messages = %d of them, want mail and SMS, newest first:\n%s", len(got), cmp.Diff(want, got))
	}
}

func sweep(t *testing.T, s *suite) {
	ctx := t.Context()
	fillWithSecrets(t, s)
	s.clock.Advance(30 * 24 * time.Hour)
	if err := s.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	if n := s.column(t, "SELECT COUNT(*) FROM throttle"); n[0] != "0" {
		t.Errorf("throttle rows after a month = %s, want 0", n[0])
	}
	if m, err := s.Outbox().Messages(ctx, 0); err != nil || len(m) != 0 {
		t.Errorf("messages after a month = %d, %v, want 0", len(m), err)
	}
	if _, found, err := s.Sessions().FindCtx(ctx, "session-token-in-the-clear"); !found || err != nil {
		t.Errorf("a session of a year after a month = %t, %v, want found", found, err)
	}
	if n, err := s.Failures(ctx, "phone:+22997000001"); err != nil || n != 1 {
		t.Errorf("Failures after a month = %d, %v, want 1", n, err)
	}
}
