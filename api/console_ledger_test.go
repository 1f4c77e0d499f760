package api

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
)

// fakeExplorer is a ledger of blocks 0 to 41.
type fakeExplorer struct {
	err   error
	nodes []ledger.Node
	asked []uint64
}

func (x *fakeExplorer) Chain(context.Context) (ledger.ChainInfo, error) {
	return ledger.ChainInfo{Network: ledger.NetworkFabric, Channel: "identities", Height: 42, Head: "ab12"}, x.err
}

func (x *fakeExplorer) Blocks(_ context.Context, from uint64, n int) ([]ledger.Block, error) {
	x.asked = append(x.asked, from)
	var out []ledger.Block
	for number := int64(min(from, 41)); number >= 0 && len(out) < n; number-- {
		b := ledger.Block{Number: uint64(number), Hash: "ab12", Time: noon, Others: 1}
		if number == 40 {
			b.Others, b.Transactions = 0, []ledger.Transaction{
				{
					TxID: "6f1e7cc2b8f36f1e", Function: ledger.FuncSetStatus, Caller: "Org1MSP", Time: noon, Valid: true, Code: "VALID", Size: 3621,
					Events: []ledger.Event{{Kind: ledger.EventSuspended, Identity: "idabc234", Version: 2}},
				},
				{TxID: "7a", Function: "Imagined", Caller: hostile, Time: noon, Code: "MVCC_READ_CONFLICT", Size: 12},
			}
		}
		out = append(out, b)
	}
	return out, x.err
}

func (x *fakeExplorer) Locate(_ context.Context, txID string) (ledger.Location, error) {
	if txID != "6f1e7cc2b8f36f1e" {
		return ledger.Location{}, ledger.ErrNotFound
	}
	return ledger.Location{TxID: txID, Block: 40}, x.err
}

func (x *fakeExplorer) Nodes(context.Context) ([]ledger.Node, error) { return x.nodes, nil }

func (x *fakeExplorer) Commits() []ledger.Commit {
	return []ledger.Commit{{At: noon, Took: 40 * time.Millisecond, Identities: 1}, {At: noon, Took: 120 * time.Millisecond, Identities: 100}}
}

// explorerBrowser is an agent's in a console with that ledger.
func explorerBrowser(t *testing.T, x Explorer, now *time.Time) *browser {
	t.Helper()
	d := newDesk()
	b := newBrowserOf(t, newServerWith(t, &fakeFlow{state: kyc.Contacts, data: anna()}, func(c *Config) {
		c.Clock, c.Console = func() time.Time { return *now }, d.console()
		c.Console.Ledger = x
	}))
	b.signInStaff("desk")
	return b
}

func wantPage(t *testing.T, b *browser, path string, status int, parts ...string) {
	t.Helper()
	res, text := b.get(path)
	if res.StatusCode != status {
		t.Errorf("GET %s = %d, want %d", path, res.StatusCode, status)
	}
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("GET %s lacks %q", path, part)
		}
	}
	if strings.Contains(text, "<script>alert") {
		t.Errorf("GET %s holds the script", path)
	}
}

func TestLedgerPages(t *testing.T) {
	t.Parallel()
	now := noon
	b := explorerBrowser(t, &fakeExplorer{nodes: []ledger.Node{
		{Name: "peer0", Kind: "peer", MSP: "Org1MSP", Healthy: true, Height: 42, Took: 2 * time.Millisecond},
		{Name: "peer1", Kind: "peer", MSP: "Org2MSP", Healthy: true, Height: 39},
		{Name: "orderer0", Kind: "orderer", Fault: "refuses connections: nothing runs there"},
		{Name: "orderer1", Kind: "orderer", Fault: "dial tcp 10.0.0.1"},
	}}, &now)
	wantPage(
		t, b, "/console/ledger", http.StatusOK,
		"Hyperledger Fabric", ">42<", "Change an identity’s status", "3.6 kB", "overtaken by another", "Another function",
		"3 blocks behind", "answered in 2.0 ms", "does not work", "nothing runs there", "It gave no usable answer", "half took at most 40 ms", "19 of 20 at most 120 ms", "They wrote 101 records of identities", "?from=21",
	)
	if _, text := b.get("/console/ledger"); strings.Contains(text, "10.0.0.1") {
		t.Error("the page shows an inner error")
	}
	wantPage(t, b, "/console/ledger?from=21", http.StatusOK, "/console/ledger/blocks/21", "/console/ledger/blocks/2", "?from=1", "Newest blocks")
	wantPage(
		t, b, "/console/ledger/blocks/40", http.StatusOK,
		"Change an identity’s status", "6f1e7cc2b8f36f1e", "Suspended", "/console/identities/idabc234", "/console/ledger/blocks/41", "/console/ledger/blocks/39", "It changed nothing",
	)
	b.header.Set("Accept-Language", "fr")
	wantPage(t, b, "/console/ledger", http.StatusOK, "Changer le statut d’une identité", "3,6 ko", "3 blocs de retard")
	for path, status := range map[string]int{
		"/console/ledger?from=head": http.StatusBadRequest, "/console/ledger/blocks/42": http.StatusNotFound,
		"/console/ledger/blocks/18446744073709551615": http.StatusNotFound, "/console/ledger/blocks/x": http.StatusNotFound,
	} {
		wantPage(t, b, path, status)
	}
}

// What the ledger does not answer is said; what it does answer is shown.
func TestLedgerAway(t *testing.T) {
	t.Parallel()
	now := noon
	x := &fakeExplorer{err: errors.New("dial tcp 10.0.0.1"), nodes: []ledger.Node{{Name: "peer0", Kind: "peer"}}}
	b := explorerBrowser(t, x, &now)
	wantPage(t, b, "/console/ledger", http.StatusOK, "The ledger does not answer", "peer0", "does not work", "half took at most 40 ms")
	wantPage(t, b, "/console/ledger/blocks/40", http.StatusServiceUnavailable, "A part of the service is away", `href="/console/ledger"`)
}

// The page renews itself, which keeps nobody signed in.
func TestLedgerPageIdles(t *testing.T) {
	t.Parallel()
	now := noon
	b := explorerBrowser(t, &fakeExplorer{}, &now)
	for range 2 {
		now = now.Add(7 * time.Minute)
		wantPage(t, b, "/console/ledger", http.StatusOK)
	}
	now = now.Add(2 * time.Minute)
	wantPage(t, b, "/console/ledger", http.StatusForbidden)
}

func TestNoLedgerPages(t *testing.T) {
	t.Parallel()
	b := staffBrowser(t, newDesk(), "boss")
	wantPage(t, b, "/console/ledger", http.StatusNotFound)
	if _, text := b.get("/console"); strings.Contains(text, "/console/ledger") {
		t.Error("GET /console leads to a ledger that is not there")
	}
}

func TestLatencyChart(t *testing.T) {
	t.Parallel()
	var commits []ledger.Commit
	for i := range 100 {
		commits = append(commits, ledger.Commit{Took: time.Duration(i+1) * time.Millisecond, Identities: 2})
	}
	commits[99].Took = time.Minute
	chart := latencyOf(commits)
	if chart.Median != 50*time.Millisecond || chart.Slow != 95*time.Millisecond || chart.Identities != 200 {
		t.Errorf("median %v, slow %v, identities %d; want 50ms, 95ms and 200", chart.Median, chart.Slow, chart.Identities)
	}
	if chart.Top != 200*time.Millisecond || !chart.Bars[99].Over || chart.Bars[98].Over {
		t.Errorf("top %v, over %t and %t; want 200ms and only the minute over it", chart.Top, chart.Bars[98].Over, chart.Bars[99].Over)
	}
	for i, b := range chart.Bars {
		if b.X < 0 || b.X >= chart.Width || strings.HasPrefix(b.Y, "-") {
			t.Errorf("bar %d stands at %d, %s, outside the picture", i, b.X, b.Y)
		}
	}
	if latencyOf(nil) != nil {
		t.Error("no commits give a chart")
	}
	if one := latencyOf([]ledger.Commit{{}}); one.Top <= 0 || one.Bars[0].Y != "99.0" {
		t.Errorf("one commit of no time = %+v, want a bar of one unit", one)
	}
}

func TestStartOf(t *testing.T) {
	t.Parallel()
	if from, first, err := startOf(""); from < math.MaxInt64 || !first || err != nil {
		t.Errorf("startOf(\"\") = %d %t %v, want the head", from, first, err)
	}
	if from, first, err := startOf("7"); from != 7 || first || err != nil {
		t.Errorf("startOf(7) = %d %t %v, want 7 false nil", from, first, err)
	}
	if _, _, err := startOf("-1"); !errors.Is(err, errBadRequest) {
		t.Errorf("startOf(-1) = %v, want %v", err, errBadRequest)
	}
}
