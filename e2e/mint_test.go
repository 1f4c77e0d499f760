package e2e

import (
	"context"
	"crypto/elliptic"
	"encoding/base64"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/fabricnet"
	"github.com/vouchline/vouchline/internal/pgtest"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/fabric"
	"github.com/vouchline/vouchline/ledger/ledgertest"
	"github.com/vouchline/vouchline/pbx"
)

const (
	mintCases  = 480
	mintLoad   = 64 // cases that are approved and not issued, at any time
	mintWithin = 4 * time.Minute
)

// Everything that a mint passes through dies in turn, then at once, while 64
// approved cases are on their way: the orderer, the gateway's peer, the
// chaincode, all nodes, the service, and all nodes with the service. Each
// approved case ends as one identity, written by one transaction, with one
// line of its own.
func TestMintingNeitherLosesNorRepeats(t *testing.T) {
	dsn, network := pgtest.Start(t), fabricnet.Start(t)
	s := start(t, func(settings map[string]string) {
		settings["DATABASE"] = dsn
		settings["LEDGER"] = "fabric"
		settings["FABRIC_PROFILE"] = network.Profile("org1")
		settings["LOG_LEVEL"] = "warn"
	})
	m := newMint(t, s, network)
	nodes, err := network.Nodes()
	if err != nil {
		t.Fatal(err)
	}
	m.run([]blow{
		{"the orderer dies", func() { m.restart("orderer") }},
		{"the gateway's peer dies", func() { m.restart("m0") }},
		{"the chaincode dies", func() { m.restart("cc-manager") }},
		{"the whole network dies", func() { m.restart(nodes...) }},
		{"the service dies", s.killAndRestart},
		{"the whole network and the service die", func() {
			s.kill()
			m.restart(nodes...)
			s.run()
		}},
	})
	identities := m.checkEnrollments()
	m.checkLines(identities)
	c := issuer(t, network)
	m.checkLedger(c, identities)
	m.checkSealed(c)
}

// A blow is one thing that happens while cases are being minted.
type blow struct {
	name   string
	strike func()
}

// A mint is a service, its network and the office that approves the cases.
type mint struct {
	*office

	network *fabricnet.Network
	ruled   int
}

func newMint(t *testing.T, s *service, network *fabricnet.Network) *mint {
	t.Helper()
	m := &mint{office: newOffice(t, s), network: network}
	for k := range mintCases {
		m.refer(k)
	}
	return m
}

// run approves all cases, never more than mintLoad at a time, and strikes each
// blow when its share of them is issued and the others are on their way.
func (m *mint) run(blows []blow) {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(m.t.Context(), mintWithin)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	struck, since := 0, time.Now()
	for issued := 0; issued < mintCases; {
		for m.ruled < mintCases && m.ruled-issued < mintLoad {
			m.approve(m.ruled)
			m.ruled++
		}
		if struck < len(blows) && issued >= (struck+1)*mintCases/(len(blows)+2) {
			m.t.Logf("%d issued after %.1fs: %s", issued, time.Since(since).Seconds(), blows[struck].name)
			blows[struck].strike()
			struck++
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			m.t.Fatalf("%d of %d cases issued within %v, after %d blows", issued, mintCases, mintWithin, struck)
		}
		issued = m.issued()
	}
	m.t.Logf("%d issued after %.1fs", mintCases, time.Since(since).Seconds())
}

func (m *mint) issued() (n int) {
	m.t.Helper()
	row := m.db.DB().QueryRowContext(m.t.Context(), "SELECT count(*) FROM enrollments WHERE state = '"+string(kyc.Issued)+"'")
	if err := row.Scan(&n); err != nil {
		m.t.Fatal(err)
	}
	return n
}

// restart kills nodes and starts them again.
func (m *mint) restart(nodes ...string) {
	m.t.Helper()
	for _, node := range nodes {
		if err := m.network.Kill(node); err != nil {
			m.t.Fatal(err)
		}
	}
	if err := m.network.Up(); err != nil {
		m.t.Fatal(err)
	}
}

// checkEnrollments returns the case of each identity.
func (m *mint) checkEnrollments() map[string]*kyc.Enrollment {
	m.t.Helper()
	cases := map[string]*kyc.Enrollment{}
	for k := range mintCases {
		e := m.enrollment(k)
		if e.State() != kyc.Issued || e.Data.Line.Extension == "" {
			m.t.Errorf("%s is %s with the line %q, want issued with a line", e.ID, e.State(), e.Data.Line.Extension)
		}
		cases[e.Data.Identity.ID] = e
	}
	if len(cases) != mintCases {
		m.t.Errorf("%d identities, want %d", len(cases), mintCases)
	}
	return cases
}

// issuer connects to a network as who may write.
func issuer(t *testing.T, network *fabricnet.Network) *fabric.Client {
	t.Helper()
	p, err := fabric.LoadProfile(network.Profile("org1"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := fabric.Connect(p, fabric.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// checkLedger reads every block: an identity was issued by one valid
// transaction, the one its case names, and nothing changed it since.
func (m *mint) checkLedger(c *fabric.Client, cases map[string]*kyc.Enrollment) {
	m.t.Helper()
	issuedBy := m.issuingTransactions(c)
	if len(issuedBy) != len(cases) {
		m.t.Errorf("%d identities on the ledger, want %d", len(issuedBy), len(cases))
	}
	var reads sync.WaitGroup
	room := make(chan struct{}, 16)
	for id, e := range cases {
		room <- struct{}{}
		reads.Go(func() {
			defer func() { <-room }()
			record, at, err := c.Identity(m.t.Context(), id)
			if err != nil || record.Version != 1 || at != e.Data.Identity.Location || !slices.Equal(issuedBy[id], []string{record.TxID}) {
				m.t.Errorf("Identity(%s) = version %d by %s at %+v, %v, issued by %v; want version 1 by one transaction at %+v",
					id, record.Version, record.TxID, at, err, issuedBy[id], e.Data.Identity.Location)
			}
		})
	}
	reads.Wait()
}

// issuingTransactions returns the valid transactions that issued each identity,
// over all blocks.
func (m *mint) issuingTransactions(c *fabric.Client) map[string][]string {
	m.t.Helper()
	var chain ledger.ChainInfo
	ledgertest.Eventually(m.t, "the peer to answer", func() (err error) {
		chain, err = c.Chain(m.t.Context())
		return err
	})
	issuedBy := map[string][]string{}
	for next := chain.Height; next > 0; {
		blocks, err := c.Blocks(m.t.Context(), next-1, 50)
		if err != nil || len(blocks) == 0 {
			m.t.Fatalf("Blocks(%d) = %d blocks, %v", next-1, len(blocks), err)
		}
		for _, b := range blocks {
			for _, tx := range b.Transactions {
				for _, event := range tx.Events {
					if tx.Valid && event.Kind == ledger.EventIssued {
						issuedBy[event.Identity] = append(issuedBy[event.Identity], tx.TxID)
					}
				}
			}
			next = b.Number
		}
	}
	return issuedBy
}

// checkSealed looks whether the peer that died still has the sealed attributes
// of every twelfth case: they lie beside the blocks.
func (m *mint) checkSealed(c *fabric.Client) {
	m.t.Helper()
	const reader = "telecom"
	generator := elliptic.P256().Params() // a point of the curve is a key
	_, err := c.SetOrganisationKey(m.t.Context(), reader, ledger.PublicKey{
		Type: "EC", Curve: "P-256",
		X: base64.RawURLEncoding.EncodeToString(generator.Gx.Bytes()), Y: base64.RawURLEncoding.EncodeToString(generator.Gy.Bytes()),
	})
	if err != nil {
		m.t.Fatal(err)
	}
	for k := 0; k < mintCases; k += 12 {
		e := m.enrollment(k)
		id, want := e.Data.Identity.ID, map[string]string{}
		sealed, err := ledger.ParseSealed(e.Data.Identity.Sealed)
		if err != nil {
			m.t.Fatal(err)
		}
		want[kyc.AttrBirthDate] = sealed[kyc.AttrBirthDate]
		_, err = c.GrantConsent(m.t.Context(), ledger.Consent{
			Identity: id, Organisation: reader, Attributes: []string{kyc.AttrBirthDate}, Until: time.Now().Add(time.Hour).UTC().Truncate(time.Second),
		})
		if err != nil {
			m.t.Fatal(err)
		}
		got, err := c.Disclose(m.t.Context(), ledger.Pair{Identity: id, Organisation: reader})
		if err != nil || !maps.Equal(got.Sealed, want) {
			m.t.Errorf("Disclose(%s) = %d attributes, %v; want what was sealed", e.ID, len(got.Sealed), err)
		}
	}
}

// checkLines reads the accounts that the PBX is given: one a case, each with a
// number of its own.
func (m *mint) checkLines(cases map[string]*kyc.Enrollment) {
	m.t.Helper()
	page, err := m.db.FindAccounts(m.t.Context(), pbx.Query{})
	accounts := page.Accounts
	if err != nil || len(accounts) != len(cases) {
		m.t.Fatalf("FindAccounts() = %d accounts, %v; want %d", len(accounts), err, len(cases))
	}
	owners := map[string]string{}
	for _, a := range accounts {
		if other, shared := owners[a.Extension]; shared {
			m.t.Errorf("%s and %s share the extension %s", other, a.IdentityID, a.Extension)
		}
		owners[a.Extension] = a.IdentityID
		if e := cases[a.IdentityID]; e == nil || e.Data.Line.Extension != a.Extension {
			m.t.Errorf("the extension %s is that of %s, whose case does not have it", a.Extension, a.IdentityID)
		}
	}
}
