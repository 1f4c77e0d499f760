package kamailio_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/kamailio"
)

// script is a node that gives its answers to vouchline.attempts in turn, and none
// after the last, which a watch may ask for before it hears that it is over. An
// empty one is a node that is away.
func script(t *testing.T, answers ...string) (url string, asked func() []string) {
	t.Helper()
	var mu sync.Mutex
	var since []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q struct {
			ID     uint32
			Method string
			Params []string
		}
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil || q.Method != "vouchline.attempts" || len(q.Params) != 1 {
			t.Errorf("asked %+v, %v", q, err)
			return
		}
		mu.Lock()
		nth := len(since)
		if nth == len(answers) {
			mu.Unlock()
			<-r.Context().Done()
			return
		}
		since = append(since, q.Params[0])
		mu.Unlock()
		answer := answers[nth]
		if answer == "" {
			w.WriteHeader(http.StatusBadGateway)
		}
		_, _ = fmt.Fprintf(w, `{"jsonrpc":"2.0","result":%s,"id":%d}`, answer, q.ID)
	}))
	t.Cleanup(s.Close)
	return s.URL, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return append([]string(nil), since...)
	}
}

var errEnough = errors.New("enough")

// watch returns so many events of the nodes, and what was logged.
func watch(t *testing.T, n int, nodes ...string) ([]pbx.SecurityEvent, string) {
	t.Helper()
	var log bytes.Buffer
	r, err := kamailio.NewRegistrar(kamailio.Config{
		Nodes: nodes, Token: "token", Clock: time.Now, Timeout: 5 * time.Second, Logger: slog.New(slog.NewTextHandler(&log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var got []pbx.SecurityEvent
	err = r.Watch(ctx, func(e pbx.SecurityEvent) error {
		if got = append(got, e); len(got) == n {
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) {
		t.Errorf("Watch() = %v after %d events, want the handler's error after %d", err, len(got), n)
	}
	return got, log.String()
}

func TestWatch(t *testing.T) {
	t.Parallel()
	url, asked := script(t,
		`{"now":100,"second":100}`,
		`{"now":102,"second":100,"accepted":7,"more":30,"unknown":{"count":900,"address":"192.0.2.9","port":5060},"refused":[`+
			`{"count":2,"line":"2001","address":"192.0.2.1","port":5070},{"count":1,"line":"2002","address":"2001:db8::1","port":5060}]}`,
		`{"now":102,"second":101,"accepted":0,"more":0,"unknown":{"count":1,"address":"nowhere","port":1},"refused":[]}`,
		`{"now":103,"second":103}`,
	)
	got, _ := watch(t, 6, url)
	at := time.Unix(100, 0).UTC()
	want := []pbx.SecurityEvent{
		{At: at, Kind: pbx.Accepted, Count: 7},
		{At: at, Kind: pbx.Refused, Extension: "2001", Address: "192.0.2.1:5070", Count: 2},
		{At: at, Kind: pbx.Refused, Extension: "2002", Address: "[2001:db8::1]:5060", Count: 1},
		{At: at, Kind: pbx.Refused, Count: 30},
		{At: at, Kind: pbx.Unknown, Address: "192.0.2.9:5060", Count: 900},
		{At: at.Add(time.Second), Kind: pbx.Unknown, Count: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if got := asked(); !cmp.Equal(got, []string{"0", "100", "101"}) {
		t.Errorf("asked since %q, want the present, and then each second once", got)
	}
}

// An answer that is lost is asked for again and told once; a node that started
// anew goes on from the same second; one that is away keeps no other from being
// heard; and what it forgot meanwhile is said.
func TestWatchGoesOn(t *testing.T) {
	t.Parallel()
	one := `{"now":%d,"second":%d,"accepted":1,"more":0,"unknown":{"count":0},"refused":[]}`
	url, asked := script(t,
		`{"now":100,"second":100}`, "", fmt.Sprintf(one, 102, 101), "", fmt.Sprintf(one, 200, 150), fmt.Sprintf(one, 200, 151),
	)
	got, log := watch(t, 3, url, "http://127.0.0.1:1/rpc")
	if len(got) != 3 || got[0].At.Unix() != 101 || got[1].At.Unix() != 150 {
		t.Errorf("events %v, want those of seconds 101, 150 and 151", got)
	}
	if got := asked(); !cmp.Equal(got, []string{"0", "100", "100", "102", "102", "151"}) {
		t.Errorf("asked since %q", got)
	}
	for _, want := range []string{"security events interrupted", "security events lost", "seconds=48", "127.0.0.1:1"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %q:\n%s", want, log)
		}
	}
}

// A clock that was set back begins anew, and an answer that tells of other
// seconds, or of no line, is none.
func TestWatchAnswers(t *testing.T) {
	t.Parallel()
	good := `{"now":60,"second":59,"accepted":1,"more":0,"unknown":{"count":0},"refused":[]}`
	for name, bad := range map[string]string{
		"nothing":            `{}`,
		"an earlier second":  `{"now":100,"second":98,"accepted":5}`,
		"a second to come":   `{"now":100,"second":101,"accepted":5}`,
		"a count below zero": `{"now":100,"second":100,"accepted":-1}`,
		"no line":            `{"now":101,"second":100,"refused":[{"count":1,"line":"x\n","address":"192.0.2.1","port":1}]}`,
		"a port of its own":  `{"now":101,"second":100,"refused":[{"count":1,"line":"2001","address":"192.0.2.1","port":70000}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, asked := script(t, `{"now":100,"second":100}`, bad, `{"now":50,"second":50}`, good)
			got, log := watch(t, 1, url)
			if got[0].At.Unix() != 59 || !strings.Contains(log, "security events interrupted") {
				t.Errorf("told %v, logged %s", got, log)
			}
			if got := asked(); !cmp.Equal(got, []string{"0", "100", "100", "50"}) {
				t.Errorf("asked since %q", got)
			}
		})
	}
}

func TestWatchEndsWithItsContext(t *testing.T) {
	t.Parallel()
	hangs := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	t.Cleanup(hangs.Close)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		ended <- at(t, hangs.URL, "http://127.0.0.1:1/rpc").Watch(ctx, func(pbx.SecurityEvent) error { return nil })
	}()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("Watch() = %v, want %v", err, context.Canceled)
	}
}
