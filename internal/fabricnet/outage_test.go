package fabricnet_test

import (
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/fabricnet"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/fabric"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

// Each of three orderers dies, the leader among them, and is back before the
// next one does: identities are issued all the while, by the same client.
func TestOneOfThreeOrderersMayDie(t *testing.T) { // one network at a time
	n := fabricnet.Start(t, fabricnet.Orderers(3))
	c := connect(t, n, "org1")
	for _, node := range []string{"orderer", "orderer1", "orderer2"} {
		if err := n.Kill(node); err != nil {
			t.Fatal(err)
		}
		in := ledgertest.NewIssue()
		ledgertest.Eventually(t, "an identity to be issued without "+node, func() error {
			_, err := c.Issue(t.Context(), in)
			return err
		})
		if err := n.Up(); err != nil {
			t.Fatal(err)
		}
	}
}

// Sealed attributes come to both of org1's peers, also those that were minted
// while one was dead: once it has fetched them, which it tries every five
// seconds, either may be lost.
func TestSealedAttributesAreOnBothPeers(t *testing.T) { // one network at a time
	n := fabricnet.Start(t, fabricnet.ManagerPeers(2))
	c := connect(t, n, "org1")
	setReaderKey(t, c)
	together, alone := sealed(), sealed()
	mint(t, c, together)
	if err := n.Kill("m1"); err != nil {
		t.Fatal(err)
	}
	mint(t, c, alone)
	if err := n.Up(); err != nil {
		t.Fatal(err)
	}
	read := func(in ledger.Issue) error {
		_, err := c.Disclose(t.Context(), ledger.Pair{Identity: in.ID, Organisation: reader})
		return err
	}
	// Only without m0 is it seen what m1 has. It fetches in rounds, and the first
	// ones may come before it has found m0 again.
	for tries := 6; ; tries-- {
		rounds := fetches(t, n, "m1") + 1 // the one that goes on may have asked before
		ledgertest.Eventually(t, "m1 to fetch what it lacks", func() error {
			if now := fetches(t, n, "m1"); now <= rounds {
				return fmt.Errorf("%d rounds, want more than %d", now, rounds)
			}
			return nil
		})
		if err := n.Kill("m0"); err != nil {
			t.Fatal(err)
		}
		ledgertest.Eventually(t, "m1 to serve what it had from the start", func() error { return read(together) })
		err := read(alone)
		if err == nil {
			return
		}
		if tries == 0 {
			t.Fatalf("Disclose(minted while m1 was dead) from m1 = %v, want no error", err)
		}
		if err := n.Up(); err != nil {
			t.Fatal(err)
		}
	}
}

// fetches says in how many rounds a peer has asked others for sealed attributes
// that it lacks, as its own metrics count them.
func fetches(t *testing.T, n *fabricnet.Network, peer string) int {
	t.Helper()
	address, err := n.Operations(peer)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^gossip_privdata_reconciliation_duration_count\{.*\} (\d+)$`).FindSubmatch(b)
	if m == nil {
		return 0
	}
	rounds, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return rounds
}

// reader is org2's id in the contract.
const reader = "telecom"

// sealed asks for an identity with a sealed attribute. Its shape is all that
// the ledger sees of it.
func sealed() ledger.Issue {
	in := ledgertest.NewIssue()
	in.Attributes["birth_date"] = ledger.Digest("birth_date", "1984-02-29", make([]byte, 16))
	in.Sealed = []byte(`{"birth_date":"eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA"}`)
	sum := sha256.Sum256(in.Sealed)
	in.SealedDigest = base64.RawURLEncoding.EncodeToString(sum[:])
	return in
}

// setReaderKey registers a key for org2: the generator of the curve is one.
func setReaderKey(t *testing.T, c *fabric.Client) {
	t.Helper()
	g := elliptic.P256().Params()
	key := ledger.PublicKey{
		Type: "EC", Curve: "P-256",
		X: base64.RawURLEncoding.EncodeToString(g.Gx.Bytes()), Y: base64.RawURLEncoding.EncodeToString(g.Gy.Bytes()),
	}
	if _, err := c.SetOrganisationKey(t.Context(), reader, key); err != nil {
		t.Fatal(err)
	}
}

// mint issues an identity and has its subject consent that org2 reads it.
func mint(t *testing.T, c *fabric.Client, in ledger.Issue) {
	t.Helper()
	if _, err := c.Issue(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	_, err := c.GrantConsent(t.Context(), ledger.Consent{
		Identity: in.ID, Organisation: reader, Attributes: []string{"birth_date"}, Until: time.Now().Add(time.Hour).UTC().Truncate(time.Second),
	})
	if err != nil {
		t.Fatal(err)
	}
}
