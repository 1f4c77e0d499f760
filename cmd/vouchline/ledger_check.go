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
	switch {
	case bytes.HasPrefix(b, []byte(ledgerlog.Magic)):
		return c.checkLog(g, b, trust)
	case bytes.HasPrefix(b, []byte(proof.Magic)):
		return c.checkFabric(g, b, trust)
	default:
		return &NegativeError{Reason: c.File + " is not a proof"}
	}
}

func (c *LedgerCheckCmd) checkLog(g *Globals, b, trust []byte) error {
	if len(c.MSP)+len(c.Witness) > 0 {
		return errors.New("ledger check: this is an embedded ledger's proof: --msp and --witness are for Fabric")
	}
	r, err := ledgerlog.CheckProof(b, trust)
	if errors.Is(err, ledgerlog.ErrRefused) {
		return &NegativeError{Reason: err.Error()}
	}
	if err != nil {
		return err
	}
	if err := notOfTheFuture(g, r.AsOf); err != nil {
		return err
	}
	if g.JSON {
		return g.WriteJSON(r)
	}
	if err := printProof(g, r.Record, r.Location, r.Function, r.Time, r.AsOf); err != nil {
		return err
	}
	return g.Printf("  signed by the log's key %s, which reached entry %d then\n", r.PublicKey, r.Head)
}

func (c *LedgerCheckCmd) checkFabric(g *Globals, b, pem []byte) error {
	trust, err := proof.ParseTrust(pem)
	if err != nil {
		return err
	}
	if len(c.MSP) > 0 {
		trust.Writers = c.MSP
	}
	trust.Witnesses = c.Witness
	r, err := trust.Check(b)
	if errors.Is(err, proof.ErrRefused) {
		return &NegativeError{Reason: err.Error()}
	}
	if err != nil {
		return err
	}
	if err := notOfTheFuture(g, r.AsOf); err != nil {
		return err
	}
	if g.JSON {
		return g.WriteJSON(r)
	}
	if err := printProof(g, r.Record, r.Location, r.Function, r.Time, r.AsOf); err != nil {
		return err
	}
	for _, s := range r.Signers {
		if err := g.Printf("  %-11s %s, %s\n", s.Role, s.MSP, s.Subject); err != nil {
			return err
		}
	}
	return nil
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

// printProof says what both ledgers' proofs show.
func printProof(g *Globals, i ledger.Identity, at ledger.Location, function string, made, asOf time.Time) error {
	var out strings.Builder
	fmt.Fprintf(&out, "%s: %s", i.ID, i.Status)
	if i.Reason != "" {
		fmt.Fprintf(&out, " (%s)", i.Reason)
	}
	fmt.Fprintf(&out, ", version %d, as of %s; what came later it cannot know\n", i.Version, stamp(asOf))
	fmt.Fprintf(&out, "  issued      %s by %s, assurance %s\n", stamp(i.IssuedAt), i.Issuer, i.Assurance)
	if !i.EndedAt.IsZero() {
		fmt.Fprintf(&out, "  ended       %s\n", stamp(i.EndedAt))
	}
	where := fmt.Sprintf("block %d", at.Block)
	if at.Channel != "" {
		where += " of channel " + at.Channel
	}
	fmt.Fprintf(&out, "  changed     %s by %s, transaction %s in %s\n", stamp(made), function, at.TxID, where)
	return g.Printf("%s", out.String())
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
