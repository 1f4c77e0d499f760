package fabric

import (
	"context"
	"crypto/tls"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"

	"github.com/vouchline/vouchline/internal/fabricnet"
	"github.com/vouchline/vouchline/ledger"
)

// Whatever else a request carries would be kept in the block.
func TestChaincodeTakesOneRequest(t *testing.T) {
	t.Parallel()
	c := as(t, fabricnet.Shared(t), "org1", "User1")
	_, err := c.contract.EvaluateWithContext(t.Context(), ledger.FuncIdentity, client.WithArguments(`{"id":"manager"}`, "Erika"))
	if refusal := refusalIn(err); !errors.Is(refusal, ledger.ErrInvalid) {
		t.Errorf("a call with two requests = %v, want invalid", err)
	}
}

// The chaincode service's port answers only who shows a certificate of its own
// organisation's peers.
func TestChaincodeServiceWantsACertificate(t *testing.T) {
	t.Parallel()
	n := fabricnet.Shared(t)
	addr, err := n.Addr("cc-manager")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	d := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}}} //nolint:gosec // what is tested is whether we are let in
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err == nil {
		// In TLS 1.3 the client hears of the refusal when it first reads.
		_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		_, err = conn.Read(make([]byte, 1))
		_ = conn.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "certificate required") {
		t.Errorf("a connection without a certificate = %v, want a refusal", err)
	}
}
