package fabric

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/vouchline/vouchline/ledger"
)

// A directory remembers the nodes of the channel: those of the profile, and
// whatever discovery ever found.
type directory struct {
	mu    sync.Mutex
	known map[string]place // by address
}

func newDirectory(p Profile) *directory {
	d := &directory{known: map[string]place{}}
	for _, peer := range p.Peers {
		d.known[peer.Address] = place{ledger.Node{Name: peer.serverName(), Kind: kindPeer, MSP: p.MSPID, Address: peer.Address}, peer.TLSCA}
	}
	return d
}

// add takes discovered nodes in. One of the profile may be known there by
// another address: then its name is the same.
func (d *directory) add(found []place) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range found {
		for address, known := range d.known {
			if known.node.Name == p.node.Name && known.node.MSP == p.node.MSP && known.node.Kind == p.node.Kind {
				p.node.Address = address
			}
		}
		if known, ok := d.known[p.node.Address]; ok {
			p.tlsCA = known.tlsCA // the operator's word counts more
		}
		d.known[p.node.Address] = p
	}
}

func (d *directory) list() []place {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.SortedFunc(maps.Values(d.known), func(a, b place) int {
		return cmp.Or(
			cmp.Compare(a.node.Kind, b.node.Kind), cmp.Compare(a.node.MSP, b.node.MSP),
			cmp.Compare(a.node.Name, b.node.Name), cmp.Compare(a.node.Address, b.node.Address),
		)
	})
}

// Nodes asks each peer and orderer of the channel how far it has come, all at
// once. A node that is down is in the list with its fault, as long as this
// process has ever heard of it. An organisation that may not write learns of
// its own peers only.
func (c *Client) Nodes(ctx context.Context) ([]ledger.Node, error) {
	if err := c.lookAround(ctx); err != nil {
		c.cfg.Log.Warn("the channel's nodes: discovery failed", "error", err)
	}
	places := c.nodes.list()
	out := make([]ledger.Node, len(places))
	var wg sync.WaitGroup
	for k, p := range places {
		wg.Go(func() { out[k] = c.visit(ctx, p) })
	}
	wg.Wait()
	return out, ctx.Err()
}

// lookAround refreshes the directory and lets our organisation's other peers
// stand in for those of the profile.
func (c *Client) lookAround(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeouts.Node)
	defer cancel()
	found, err := again(func() ([]place, error) { return c.discover(ctx) })
	if err != nil {
		return err
	}
	c.nodes.add(found)
	var ours []Peer
	for _, p := range c.nodes.list() {
		if p.node.Kind == kindPeer && p.node.MSP == c.profile.MSPID {
			ours = append(ours, Peer{Address: p.node.Address, TLSCA: p.tlsCA})
		}
	}
	return c.peers.join(ours)
}

func (c *Client) visit(ctx context.Context, p place) ledger.Node {
	begun := c.now()
	ctx, cancel := context.WithTimeout(ctx, c.timeouts.Node)
	defer cancel()
	n := p.node
	var err error
	n.Height, err = c.heightOf(ctx, p)
	n.Healthy, n.Took = err == nil, c.now().Sub(begun)
	if err != nil {
		n.Fault = inWords(err, c.timeouts.Node)
	}
	return n
}

func (c *Client) heightOf(ctx context.Context, p place) (uint64, error) {
	peer := Peer{Address: p.node.Address, ServerName: c.serverNameOf(p), TLSCA: p.tlsCA}
	creds, err := peer.credentials()
	if err != nil {
		return 0, err
	}
	conn, err := grpc.NewClient(
		"passthrough:///"+peer.Address, grpc.WithTransportCredentials(creds), grpc.WithAuthority(peer.serverName()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessage)),
	)
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close() }()
	if p.node.Kind == kindOrderer {
		return c.ordererHeight(ctx, conn)
	}
	return c.peerHeight(ctx, conn)
}

func (c *Client) serverNameOf(p place) string {
	for _, peer := range c.profile.Peers {
		if peer.Address == p.node.Address {
			return peer.ServerName
		}
	}
	return ""
}

// inWords says why a node did not do what was asked.
func inWords(err error, limit time.Duration) string {
	var fault nodeFault
	if errors.As(err, &fault) {
		return fault.Error()
	}
	s := status.Convert(err)
	switch text := s.Message(); {
	case s.Code() == codes.DeadlineExceeded || errors.Is(err, context.DeadlineExceeded):
		return "does not answer within " + limit.String()
	case strings.Contains(text, "connection refused"):
		return "refuses connections: nothing runs there"
	case strings.Contains(text, "connection reset"), strings.Contains(text, "EOF"):
		return "breaks connections off"
	case strings.Contains(text, "no such host"):
		return "its host name is unknown"
	case strings.Contains(text, "x509:"):
		return "shows a certificate that the channel does not know: " + text[strings.LastIndex(text, "x509:"):]
	default:
		return text
	}
}
