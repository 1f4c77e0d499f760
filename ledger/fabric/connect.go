package fabric

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-gateway/pkg/hash"

	"github.com/vouchline/vouchline/ledger"
)

// Connect prepares a client. It reads the profile's files and opens no
// connection yet: a peer that is down makes calls fail, not Connect.
func Connect(p Profile, cfg Config) (*Client, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	cfg.Timeouts = cfg.Timeouts.orDefaults()
	signer := cfg.Signer
	if signer == nil {
		var err error
		if signer, err = openSigner(p.Certificate, p.Key); err != nil {
			return nil, err
		}
	}
	who, err := newParty(p.MSPID, signer)
	if err != nil {
		return nil, err
	}
	conn, err := dial(p.Peers)
	if err != nil {
		return nil, err
	}
	gateway, err := client.Connect(who, client.WithSign(who.sign), client.WithHash(hash.SHA256), client.WithClientConnection(conn))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("fabric: %w", err), conn.Close())
	}
	network := gateway.GetNetwork(p.Channel)
	c := &Client{
		profile: p, cfg: cfg, timeouts: cfg.Timeouts, who: who, peers: conn,
		network: network, contract: network.GetContract(p.Chaincode),
		close: func() error { return errors.Join(gateway.Close(), conn.Close()) },
	}
	c.chain = &chainReader{query: network.GetContract("qscc"), channel: p.Channel, org: p.MSPID}
	c.blocks = &blockFinder{ask: c.chain.blockOf}
	c.nodes = newDirectory(p)
	c.Client = ledger.Client{Transport: c}
	return c, nil
}
