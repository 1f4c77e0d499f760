package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/vouchline/vouchline/ledger"
	ledgerlog "github.com/vouchline/vouchline/ledger/embedded"
	"github.com/vouchline/vouchline/ledger/fabric/proof"
)

// maxProof is above every proof: a block, compressed.
const maxProof = 64 << 20

// LedgerCheckCmd checks a proof. It reads two files and nothing else.
type LedgerCheckCmd struct {
	File    string   `arg:"" help:"The proof."`
	Trust   string   `name:"trust" required:"" placeholder:"FILE" help:"What ledger trust wrote, obtained over a way that you trust."`
	MSP     []string `name:"msp" placeholder:"MSP,..." help:"Fabric: organisations of which any one may endorse a write. Default: those that the trust file calls writers."`
	Witness []string `name:"witness" placeholder:"MSP,..." help:"Fabric: organisations whose peers must all state that the record is the ledger's."`
}

// checked is what a proof of either ledger shows.
type checked struct {
	result        any // all of it, for programs
	record        ledger.Identity
	location      ledger.Location
	function      string // that made the record so
	changed, asOf time.Time
	signed        string // by whom, a line each
}

// Run says what the proof shows. One that does not hold is exit code 1.
func (c *LedgerCheckCmd) Run(g *Globals) error {
	b, err := readAtMost(c.File, maxProof)
	if err != nil {
		return err
	}
	trust, err := readAtMost(c.Trust, maxProof)
	if err != nil {
		return err
	}
	shows, err := c.check(b, trust)
	switch {
	case errors.Is(err, ledgerlog.ErrRefused), errors.Is(err, proof.ErrRefused):
		return &NegativeError{Reason: err.Error()}
	case err != nil:
		return err
	}
	if err := notOfTheFuture(g, shows.asOf); err != nil {
		return err
	}
	if g.JSON {
		return g.WriteJSON(shows.result)
	}
	return shows.print(g)
}

func (c *LedgerCheckCmd) check(b, trust []byte) (checked, error) {
	switch {
	case bytes.HasPrefix(b, []byte(ledgerlog.Magic)):
		return c.checkLog(b, trust)
	case bytes.HasPrefix(b, []byte(proof.Magic)):
		return c.checkFabric(b, trust)
	default:
		return checked{}, &NegativeError{Reason: c.File + " is not a proof"}
	}
}

func (c *LedgerCheckCmd) checkLog(b, trust []byte) (checked, error) {
	if len(c.MSP)+len(c.Witness) > 0 {
		return checked{}, errors.New("ledger check: this is an embedded ledger's proof: --msp and --witness are for Fabric")
	}
	r, err := ledgerlog.CheckProof(b, trust)
	signed := fmt.Sprintf("  signed by the log's key %s, which reached entry %d then\n", r.PublicKey, r.Head)
	return checked{r, r.Record, r.Location, r.Function, r.Time, r.AsOf, signed}, err
}

func (c *LedgerCheckCmd) checkFabric(b, pem []byte) (checked, error) {
	trust, err := proof.ParseTrust(pem)
	if err != nil {
		return checked{}, err
	}
	if len(c.MSP) > 0 {
		trust.Writers = c.MSP
	}
	trust.Witnesses = c.Witness
	r, err := trust.Check(b)
	var signed strings.Builder
	for _, s := range r.Signers {
		fmt.Fprintf(&signed, "  %-11s %s, %s\n", s.Role, s.MSP, s.Subject)
	}
	return checked{r, r.Record, r.Location, r.Function, r.Time, r.AsOf, signed.String()}, err
}

// clockSkew is how far two honest clocks may be apart.
const clockSkew = 5 * time.Minute

// notOfTheFuture refuses a statement that says it was made later than now: who
// asks for one chooses its time, and could keep it until then.
func notOfTheFuture(g *Globals, asOf time.Time) error {
	if asOf.After(g.Now().Add(clockSkew)) {
		return &NegativeError{Reason: "the proof is dated " + stamp(asOf) + ", which is still to come"}
	}
	return nil
}

func (p checked) print(g *Globals) error {
	i, at := p.record, p.location
	var out strings.Builder
	fmt.Fprintf(&out, "%s: %s", i.ID, i.Status)
	if i.Reason != "" {
		fmt.Fprintf(&out, " (%s)", i.Reason)
	}
	fmt.Fprintf(&out, ", version %d, as of %s; what came later it cannot know\n", i.Version, stamp(p.asOf))
	fmt.Fprintf(&out, "  issued      %s by %s, assurance %s\n", stamp(i.IssuedAt), i.Issuer, i.Assurance)
	if !i.EndedAt.IsZero() {
		fmt.Fprintf(&out, "  ended       %s\n", stamp(i.EndedAt))
	}
	where := fmt.Sprintf("block %d", at.Block)
	if at.Channel != "" {
		where += " of channel " + at.Channel
	}
	fmt.Fprintf(&out, "  changed     %s by %s, transaction %s in %s\n", stamp(p.changed), p.function, at.TxID, where)
	return g.Printf("%s%s", out.String(), p.signed)
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func readAtMost(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(b)) > limit {
		return nil, &NegativeError{Reason: path + " is larger than any proof"}
	}
	return b, err
}
