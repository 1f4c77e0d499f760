package main

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	v1 "github.com/vouchline/vouchline/api/v1"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/store"
)

// AdminCmd gives people and programs access, and takes identities back.
// Whoever can run it has the operator's key anyway.
type AdminCmd struct {
	Link         AdminLinkCmd         `cmd:"" help:"Print a link that signs a member of staff in to the console, once."`
	APIKey       AdminAPIKeyCmd       `cmd:"" name:"apikey" help:"Make, list and revoke API keys."`
	Unlock       AdminUnlockCmd       `cmd:"" help:"Let a login or phone number that 100 failures disabled try again."`
	Suspend      AdminSuspendCmd      `cmd:"" help:"Suspend an identity and its line."`
	Resume       AdminResumeCmd       `cmd:"" help:"Resume a suspended identity and its line."`
	Revoke       AdminRevokeCmd       `cmd:"" help:"Revoke an identity and its line, for good."`
	Erase        AdminEraseCmd        `cmd:"" help:"Forget a person: line, attributes, keys and evidence."`
	Line         AdminLineCmd         `cmd:"" help:"Add phone lines, suspend, resume, rotate and release them."`
	Organisation AdminOrganisationCmd `cmd:"" help:"Register organisations on the ledger and change them."`
	FollowAnew   AdminFollowAnewCmd   `cmd:"" help:"Have the service follow the ledger's events from the first again, after the ledger was put back or replaced."`
}

// AdminUnlockCmd ends a lock, on the word of an operator who knows why.
type AdminUnlockCmd struct {
	StorageSettings `group:"Storage"`
	DefaultCountry  string `name:"default-country" env:"VOUCHLINE_DEFAULT_COUNTRY" default:"BJ" placeholder:"ALPHA-2" help:"Country of phone numbers typed without a prefix."`
	Login           string `arg:"" help:"E-mail address, username or phone number."`
}

// Validate reports every fault of the settings; kong calls it.
func (c *AdminUnlockCmd) Validate() error { return storageFaults(&c.StorageSettings) }

// Run unlocks; a login that nobody has is exit code 1.
func (c *AdminUnlockCmd) Run(g *Globals) error {
	return c.withStore(g, func(s *store.Store) error {
		flow := &kyc.Flow{
			Enrollments: s, Throttle: s, Auditor: s, Clock: g.Now, Settings: kyc.Settings{DefaultCountry: c.DefaultCountry},
		}
		err := flow.Unlock(g.Context, operator, c.Login)
		if errors.Is(err, kyc.ErrNotFound) {
			return &NegativeError{Reason: "nobody has this login"}
		}
		return err
	})
}

// AdminLinkCmd makes a staff link.
type AdminLinkCmd struct {
	StorageSettings `group:"Storage"`
	BaseURL         string        `name:"base-url" env:"VOUCHLINE_BASE_URL" placeholder:"URL" help:"Address people reach the service at. Default: http:// and the listen address."`
	Listen          string        `name:"listen" env:"VOUCHLINE_LISTEN" default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Address the web service listens on."`
	Name            string        `name:"name" default:"admin" help:"Who it is for; the audit log will say so."`
	Role            string        `name:"role" default:"administrator" enum:"administrator,reviewer" help:"administrator or reviewer."`
	Lifetime        time.Duration `name:"lifetime" default:"15m" help:"How long the link works."`
}

// Validate reports every fault of the settings; kong calls it.
func (c *AdminLinkCmd) Validate() error {
	return joinFaults(append(
		check(&c.StorageSettings),
		fault(c.BaseURL == "" || httpURL(c.BaseURL), "base-url", "%q is not an http or https address", c.BaseURL),
		fault(c.BaseURL != "" || hostPort(c.Listen), "listen", "%q is not HOST:PORT", c.Listen),
		fault(c.Name != "" && !strings.ContainsAny(c.Name, "\r\n"), "name", "is empty or has more than one line"),
		fault(c.Lifetime > 0 && c.Lifetime <= 24*time.Hour, "lifetime", "%s is not between 0 and 24h", c.Lifetime),
	))
}

// Run prints the link; it is not kept and cannot be shown again.
func (c *AdminLinkCmd) Run(g *Globals) error {
	return c.withStore(g, func(s *store.Store) error {
		link, expires, err := staffLink(g, s, (&WebSettings{SiteSettings: SiteSettings{BaseURL: c.BaseURL}, Listen: c.Listen}).PublicURL(),
			store.StaffLink{Name: c.Name, Role: c.Role}, c.Lifetime)
		if err != nil {
			return err
		}
		if g.JSON {
			return g.WriteJSON(map[string]any{"url": link, "name": c.Name, "role": c.Role, "expires_at": expires})
		}
		return g.Printf("%s\n", link)
	})
}

// staffLink makes a link to the console and notes that it was made.
func staffLink(g *Globals, s *store.Store, base string, who store.StaffLink, lifetime time.Duration) (link string, expires time.Time, err error) {
	token, expires, err := s.CreateStaffLink(g.Context, who, lifetime)
	if err != nil {
		return "", time.Time{}, err
	}
	entry := kyc.AuditEntry{At: g.Now(), Actor: operator, Action: "staff_link_created", Subject: "agent:" + who.Name, Detail: who.Role}
	return base + "/console/link/" + url.PathEscape(token), expires, s.Audit(g.Context, entry)
}

// AdminAPIKeyCmd looks after API keys.
type AdminAPIKeyCmd struct {
	Create APIKeyCreateCmd `cmd:"" help:"Make a key and show it, once."`
	List   APIKeyListCmd   `cmd:"" help:"List the keys."`
	Revoke APIKeyRevokeCmd `cmd:"" help:"End a key."`
}

// APIKeyCreateCmd makes a key.
type APIKeyCreateCmd struct {
	StorageSettings `group:"Storage"`
	Name            string   `name:"name" required:"" help:"What the key is for."`
	Scope           []string `name:"scope" required:"" placeholder:"SCOPE" help:"What it may do: pbx:read, pbx:write, passport:sign, attributes:read. Several are separated by commas."`
	Organisation    string   `name:"organisation" placeholder:"ID" help:"Whose key it is: it sees this organisation's lines alone, and attributes:read reads for it and needs one. Default: the operator's own, which sees every line."`
}

// Validate reports every fault of the settings; kong calls it.
func (c *APIKeyCreateCmd) Validate() error {
	faults := append(
		check(&c.StorageSettings),
		fault(c.Name != "", "name", "is empty"),
		fault(c.Organisation != "" || !slices.Contains(c.Scope, v1.ScopeAttributes), "organisation", "is needed with the scope %s", v1.ScopeAttributes),
		fault(c.Organisation == "" || ledger.ValidID(c.Organisation), "organisation", "%q is not an organisation's id", c.Organisation),
	)
	for _, scope := range c.Scope {
		faults = append(faults, fault(slices.Contains(v1.Scopes(), scope), "scope", "%q is none of %s", scope, strings.Join(v1.Scopes(), ", ")))
	}
	return joinFaults(faults)
}

// Run writes the key alone to stdout, so that a script can take it.
func (c *APIKeyCreateCmd) Run(g *Globals) error {
	return c.withStore(g, func(s *store.Store) error {
		key, token, err := s.CreateAPIKey(g.Context, c.Name, c.Scope, c.Organisation)
		if err != nil {
			return err
		}
		may := strings.Join(key.Scopes, " ")
		if key.Organisation != "" {
			may += " for " + key.Organisation
		}
		if err := auditKey(g, s, "api_key_created", key.ID, may); err != nil {
			return err
		}
		if g.JSON {
			return g.WriteJSON(struct {
				store.APIKey

				Key string `json:"key"`
			}{key, token})
		}
		_, _ = fmt.Fprintf(g.Stderr, "API key %s for %q. It is not shown again.\n", key.ID, key.Name)
		return g.Printf("%s\n", token)
	})
}

func auditKey(g *Globals, s *store.Store, action, id, detail string) error {
	return s.Audit(g.Context, kyc.AuditEntry{At: g.Now(), Actor: operator, Action: action, Subject: "apikey:" + id, Detail: detail})
}

// APIKeyListCmd lists the keys.
type APIKeyListCmd struct {
	StorageSettings `group:"Storage"`
}

// Validate reports every fault of the settings; kong calls it.
func (c *APIKeyListCmd) Validate() error { return storageFaults(&c.StorageSettings) }

// Run writes one key a line.
func (c *APIKeyListCmd) Run(g *Globals) error {
	return c.withStore(g, func(s *store.Store) error {
		keys, err := s.APIKeys(g.Context)
		if err != nil {
			return err
		}
		for _, key := range keys {
			if err := writeKey(g, key); err != nil {
				return err
			}
		}
		return nil
	})
}

func writeKey(g *Globals, key store.APIKey) error {
	if g.JSON {
		return g.WriteJSON(key)
	}
	may := strings.Join(key.Scopes, ",")
	if key.Organisation != "" {
		may += " for " + key.Organisation
	}
	return g.Printf("%s  %-24s  %s  %s\n", key.ID, key.Name, may, keyState(key))
}

func keyState(key store.APIKey) string {
	switch {
	case !key.RevokedAt.IsZero():
		return "revoked " + key.RevokedAt.Format(time.RFC3339)
	case key.UsedAt.IsZero():
		return "never used"
	default:
		return "last used " + key.UsedAt.Format(time.RFC3339)
	}
}

// APIKeyRevokeCmd ends a key.
type APIKeyRevokeCmd struct {
	StorageSettings `group:"Storage"`
	ID              string `arg:"" help:"The key's id, as list shows it."`
}

// Validate reports every fault of the settings; kong calls it.
func (c *APIKeyRevokeCmd) Validate() error { return storageFaults(&c.StorageSettings) }

// Run revokes; an id that no key has is exit code 1.
func (c *APIKeyRevokeCmd) Run(g *Globals) error {
	return c.withStore(g, func(s *store.Store) error {
		err := s.RevokeAPIKey(g.Context, c.ID)
		if errors.Is(err, store.ErrNoAPIKey) {
			return &NegativeError{Reason: fmt.Sprintf("no API key has the id %q", c.ID)}
		}
		if err != nil {
			return err
		}
		return auditKey(g, s, "api_key_revoked", c.ID, "")
	})
}
