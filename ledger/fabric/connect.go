package fabric

import (
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-gateway/pkg/hash"
	"github.com/hyperledger/fabric-gateway/pkg/identity"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"

	"github.com/vouchline/vouchline/ledger"
)

// Timeouts bounds each part of a call. Zero fields take the defaults.
type Timeouts struct {
	Evaluate     time.Duration // 5 s
	Endorse      time.Duration // 10 s
	Submit       time.Duration // 10 s
	CommitStatus time.Duration // 5 s: an orderer that dies may forget what it accepted, so waiting longer shows nothing
	Settle       time.Duration // 3 s: how long an unknown outcome is looked for
}

func (t Timeouts) orDefaults() Timeouts {
	for _, f := range []struct {
		field    *time.Duration
		fallback time.Duration
	}{
		{&t.Evaluate, 5 * time.Second},
		{&t.Endorse, 10 * time.Second},
		{&t.Submit, 10 * time.Second},
		{&t.CommitStatus, 5 * time.Second},
		{&t.Settle, 3 * time.Second},
	} {
		if *f.field <= 0 {
			*f.field = f.fallback
		}
	}
	return t
}

// Connect prepares a client. It reads the profile's files and opens no
// connection yet: a peer that is down makes calls fail, not Connect.
func Connect(p Profile, t Timeouts) (*Client, error) {
	t = t.orDefaults()
	id, sign, err := credentialsOf(p)
	if err != nil {
		return nil, err
	}
	conn, err := dial(p)
	if err != nil {
		return nil, err
	}
	gateway, err := client.Connect(
		id, client.WithSign(sign), client.WithHash(hash.SHA256), client.WithClientConnection(conn),
		client.WithEvaluateTimeout(t.Evaluate), client.WithEndorseTimeout(t.Endorse),
		client.WithSubmitTimeout(t.Submit), client.WithCommitStatusTimeout(t.CommitStatus),
	)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("fabric: %w", err), conn.Close())
	}
	network := gateway.GetNetwork(p.Channel)
	c := &Client{
		channel: p.Channel, timeouts: t,
		contract: network.GetContract(p.Chaincode), blocks: &blockFinder{query: network.GetContract("qscc"), channel: p.Channel},
		close: func() error { return errors.Join(gateway.Close(), conn.Close()) },
	}
	c.Client = ledger.Client{Transport: c}
	return c, nil
}

func credentialsOf(p Profile) (identity.Identity, identity.Sign, error) {
	certPEM, err := os.ReadFile(p.Certificate)
	if err != nil {
		return nil, nil, fmt.Errorf("fabric certificate: %w", err)
	}
	cert, err := identity.CertificateFromPEM(certPEM)
	if err != nil {
		return nil, nil, fmt.Errorf("fabric certificate %s: %w", p.Certificate, err)
	}
	id, err := identity.NewX509Identity(p.MSPID, cert)
	if err != nil {
		return nil, nil, fmt.Errorf("fabric identity: %w", err)
	}
	keyPEM, err := os.ReadFile(p.Key)
	if err != nil {
		return nil, nil, fmt.Errorf("fabric key: %w", err)
	}
	key, err := identity.PrivateKeyFromPEM(keyPEM)
	if err != nil {
		return nil, nil, fmt.Errorf("fabric key %s: %w", p.Key, err)
	}
	sign, err := identity.NewPrivateKeySign(key)
	if err != nil {
		return nil, nil, fmt.Errorf("fabric key: %w", err)
	}
	return id, sign, nil
}

func dial(p Profile) (*grpc.ClientConn, error) {
	ca, err := os.ReadFile(p.TLSCA)
	if err != nil {
		return nil, fmt.Errorf("fabric TLS authority: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(ca) {
		return nil, fmt.Errorf("fabric TLS authority %s: no certificate in it", p.TLSCA)
	}
	conn, err := grpc.NewClient(
		p.Peer,
		grpc.WithTransportCredentials(credentials.NewClientTLSFromCert(pool, p.ServerName)),
		// gRPC waits up to two minutes by default before it tries a peer again.
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: time.Second},
			MinConnectTimeout: 2 * time.Second,
		}),
		// Peers answer a ping at most every 30 s.
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: time.Minute, Timeout: 10 * time.Second}),
	)
	if err != nil {
		return nil, fmt.Errorf("fabric: %w", err)
	}
	return conn, nil
}
