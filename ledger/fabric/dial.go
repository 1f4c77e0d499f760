package fabric

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/resolver"
	"google.golang.org/grpc/resolver/manual"
)

// A connection is one gRPC connection for all our organisation's peers. It is
// to the first that answers and moves to the next when that one is lost: what
// a peer has committed it also shows, which calls spread over several peers
// would not see.
type connection struct {
	*grpc.ClientConn

	creds    *peerCredentials
	resolver *manual.Resolver

	mu        sync.Mutex
	addresses []resolver.Address
}

func dial(peers []Peer) (*connection, error) {
	c := &connection{creds: newPeerCredentials(), resolver: manual.NewBuilderWithScheme("peers")}
	for _, p := range peers {
		if err := c.add(p); err != nil {
			return nil, err
		}
	}
	c.resolver.InitialState(resolver.State{Addresses: c.addresses})
	conn, err := grpc.NewClient(
		c.resolver.Scheme()+":///fabric",
		grpc.WithResolvers(c.resolver),
		grpc.WithTransportCredentials(c.creds),
		// gRPC waits up to two minutes by default before it tries a peer again.
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: time.Second},
			MinConnectTimeout: 2 * time.Second,
		}),
		// Peers answer a ping at most once a minute by default. Linux gives up on
		// bytes that nobody acknowledges after Timeout, also between pings.
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: time.Minute, Timeout: 10 * time.Second}),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessage)),
	)
	if err != nil {
		return nil, fmt.Errorf("fabric: %w", err)
	}
	c.ClientConn = conn
	return c, nil
}

func (c *connection) add(p Peer) error {
	if err := c.creds.add(p); err != nil {
		return err
	}
	// The name is what peerCredentials know the peer by.
	c.addresses = append(c.addresses, resolver.Address{Addr: p.Address, ServerName: p.Address})
	return nil
}

// join puts peers that were found later behind those of the profile.
func (c *connection) join(peers []Peer) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	had := len(c.addresses)
	for _, p := range peers {
		if slices.ContainsFunc(c.addresses, func(a resolver.Address) bool { return a.Addr == p.Address }) {
			continue
		}
		if err := c.add(p); err != nil {
			return err
		}
	}
	if len(c.addresses) > had {
		c.resolver.UpdateState(resolver.State{Addresses: slices.Clone(c.addresses)})
	}
	return nil
}

// maxMessage is Fabric's own bound of a message: a block may be larger than
// the 4 MB that gRPC takes by default.
const maxMessage = 100 << 20

// peerCredentials holds each peer to its own certificate authority and name.
type peerCredentials struct {
	credentials.TransportCredentials // what gRPC asks about TLS in general

	peers *sync.Map // address to knownPeer; shared by clones
}

type knownPeer struct {
	name  string
	creds credentials.TransportCredentials
}

func newPeerCredentials() *peerCredentials {
	return &peerCredentials{credentials.NewTLS(&tls.Config{MinVersion: tls.VersionTLS12}), &sync.Map{}}
}

func (c *peerCredentials) add(p Peer) error {
	creds, err := p.credentials()
	if err != nil {
		return err
	}
	c.peers.Store(p.Address, knownPeer{p.serverName(), creds})
	return nil
}

var errStranger = errors.New("fabric: not a peer of the profile")

// ClientHandshake implements [credentials.TransportCredentials].
func (c *peerCredentials) ClientHandshake(
	ctx context.Context, address string, conn net.Conn,
) (net.Conn, credentials.AuthInfo, error) {
	v, _ := c.peers.Load(address)
	p, ok := v.(knownPeer)
	if !ok {
		return nil, nil, errStranger
	}
	return p.creds.ClientHandshake(ctx, p.name, conn)
}

// Clone implements [credentials.TransportCredentials].
func (c *peerCredentials) Clone() credentials.TransportCredentials {
	return &peerCredentials{c.TransportCredentials.Clone(), c.peers}
}

func (p Peer) serverName() string {
	if p.ServerName != "" {
		return p.ServerName
	}
	host, _, err := net.SplitHostPort(p.Address)
	if err != nil {
		return p.Address
	}
	return host
}

func (p Peer) credentials() (credentials.TransportCredentials, error) {
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(p.TLSCA) {
		return nil, fmt.Errorf("fabric: TLS authority of peer %s: no certificate in it", p.Address)
	}
	return credentials.NewTLS(&tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}), nil
}
