package kamailio

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/vouchline/vouchline/pbx"
)

// DefaultTimeout bounds what one method of [Registrar] does.
const DefaultTimeout = 5 * time.Second

// poll is how long it waits before it looks again whether a call has ended.
const poll = 50 * time.Millisecond

// Config is what the operator sets.
type Config struct {
	// Nodes are the URLs of the JSON-RPC of each Kamailio, such as
	// http://127.0.0.1:5064/rpc. A line may be registered at any of them.
	Nodes []string
	// Token is what each of them knows the SHA-256 of.
	Token pbx.Password
	// Timeout bounds what one method does.
	Timeout time.Duration
	// Client carries the requests; its certificates are checked.
	Client *http.Client
	Logger *slog.Logger
	Clock  func() time.Time
}

// A Registrar is what the Kamailios of an installation know of the devices that
// are registered now. Several goroutines may use it at once.
type Registrar struct {
	config Config
	ids    atomic.Uint32
}

// NewRegistrar checks the settings. It asks nobody yet.
func NewRegistrar(c Config) (*Registrar, error) {
	if len(c.Nodes) == 0 || c.Token == "" || c.Clock == nil {
		return nil, errors.New("kamailio: no node, token or clock")
	}
	for _, node := range c.Nodes {
		if err := checkNode(node); err != nil {
			return nil, err
		}
	}
	if c.Timeout <= 0 {
		c.Timeout = DefaultTimeout
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	client := http.Client{}
	if c.Client != nil {
		client = *c.Client
	}
	// The token goes nowhere that an answer names.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.Client = &client
	return &Registrar{config: c}, nil
}

// checkNode lets the token travel in the clear on this machine only.
func checkNode(node string) error {
	u, err := url.Parse(node)
	if err != nil || u.Host == "" || u.User != nil {
		return fmt.Errorf("kamailio: %q is not the URL of a node", node)
	}
	host := u.Hostname()
	ip := net.ParseIP(host)
	local := host == "localhost" || (ip != nil && ip.IsLoopback())
	if u.Scheme != "https" && (u.Scheme != "http" || !local) {
		return fmt.Errorf("kamailio: %q: the token needs https, or an address of this machine", node)
	}
	return nil
}

// Ready asks every node whether it is there and takes the token.
func (r *Registrar) Ready(ctx context.Context) error {
	return r.each(ctx, func(ctx context.Context, node string) error {
		var version string
		if err := r.call(ctx, node, "core.version", &version); err != nil {
			return err
		}
		if !strings.HasPrefix(version, "kamailio ") {
			return fmt.Errorf("%w: no Kamailio", ErrAnswer)
		}
		return nil
	})
}

// Contacts returns the devices of a line, each once however many nodes know it.
func (r *Registrar) Contacts(ctx context.Context, aor pbx.AOR) ([]pbx.Contact, error) {
	address, err := key(aor)
	if err != nil {
		return nil, err
	}
	var all []pbx.Contact
	err = r.each(ctx, func(ctx context.Context, node string) error {
		contacts, err := r.contactsAt(ctx, node, aor, address)
		for _, c := range contacts {
			i := slices.IndexFunc(all, func(known pbx.Contact) bool { return known.ID == c.ID })
			if i < 0 {
				all = append(all, c)
			} else if all[i].Username != c.Username {
				all[i].Username = "" // whose it is the nodes do not agree on
			}
		}
		return err
	})
	return all, err
}

func (r *Registrar) contactsAt(ctx context.Context, node string, aor pbx.AOR, address string) ([]pbx.Contact, error) {
	var found lookup
	switch err := r.call(ctx, node, "ul.lookup", &found, location, address); {
	case missing(err):
		return nil, nil
	case err != nil:
		return nil, err
	case found.AOR != address:
		return nil, fmt.Errorf("%w: another line", ErrAnswer)
	}
	if len(found.Contacts) == 0 {
		return nil, nil
	}
	usernames, err := r.usernames(ctx, node, address)
	if err != nil {
		return nil, err
	}
	return found.contacts(aor, r.config.Clock(), usernames), nil
}

// usernames returns the credentials of a line's devices by the id that usrloc
// gives each. A configuration that does not tell has devices of unknown ones.
func (r *Registrar) usernames(ctx context.Context, node, address string) (map[string]string, error) {
	var byID map[string]string
	err := r.call(ctx, node, "vouchline.credentials", &byID, address)
	if errors.Is(err, ErrRefused) {
		return nil, nil
	}
	return byID, err
}

// Registered returns the lines that have a device, in order.
func (r *Registrar) Registered(ctx context.Context) ([]pbx.AOR, error) {
	var all []pbx.AOR
	err := r.each(ctx, func(ctx context.Context, node string) error {
		var d dump
		if err := r.call(ctx, node, "ul.dump", &d, "brief"); err != nil {
			return err
		}
		lines, err := d.lines()
		all = append(all, lines...)
		return err
	})
	slices.Sort(all)
	return slices.Compact(all), err
}

// Drop makes every node forget one device of a line, or all of them where
// contactID is empty, and looks whether they did. What is not there is no error.
func (r *Registrar) Drop(ctx context.Context, aor pbx.AOR, contactID string) error {
	address, err := key(aor)
	if err != nil {
		return err
	}
	return r.each(ctx, func(ctx context.Context, node string) error {
		var nothing any
		if contactID == "" {
			err = r.call(ctx, node, "ul.rm", &nothing, location, address)
		} else {
			err = r.call(ctx, node, "ul.rm_contact", &nothing, location, address, contactID)
		}
		if err != nil && !missing(err) {
			return err
		}
		left, err := r.contactsAt(ctx, node, aor, address)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(left, func(c pbx.Contact) bool { return contactID == "" || c.ID == contactID }) {
			return ErrNotDropped
		}
		return nil
	})
}

// each asks all nodes, within one timeout of which every node has its share, and
// goes on after a failure: what can be dropped is dropped.
func (r *Registrar) each(ctx context.Context, ask func(ctx context.Context, node string) error) error {
	ctx, cancel := context.WithTimeout(ctx, r.config.Timeout)
	defer cancel()
	var errs []error
	for i, node := range r.config.Nodes {
		if err := r.share(ctx, len(r.config.Nodes)-i, func(ctx context.Context) error { return ask(ctx, node) }); err != nil {
			errs = append(errs, fmt.Errorf("node %s: %w", node, err))
		}
	}
	return errors.Join(errs...)
}

// share gives the first of some nodes its part of the time that is left.
func (r *Registrar) share(ctx context.Context, nodes int, ask func(ctx context.Context) error) error {
	left := r.config.Timeout
	if end, ok := ctx.Deadline(); ok {
		left = time.Until(end)
	}
	ctx, cancel := context.WithTimeout(ctx, left/time.Duration(nodes))
	defer cancel()
	return ask(ctx)
}

// key is how usrloc names a line.
func key(aor pbx.AOR) (string, error) {
	if _, err := pbx.ParseAOR(string(aor)); err != nil {
		return "", err
	}
	return aor.User() + "@" + aor.Domain(), nil
}
