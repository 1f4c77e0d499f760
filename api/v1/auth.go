package v1

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
)

// The scopes of API keys, as the description names them.
const (
	ScopePBX      = "pbx:read"
	ScopePBXWrite = "pbx:write"
	// ScopePassport signs calls, so a key with it belongs to a PBX that
	// authenticates callers.
	ScopePassport = "passport:sign"
	// ScopeAttributes reads what subscribers consented to, so a key with it
	// belongs to an organisation.
	ScopeAttributes = "attributes:read"
)

// Scopes returns all that keys may be made for.
func Scopes() []string { return []string{ScopePBX, ScopePBXWrite, ScopePassport, ScopeAttributes} }

// A Caller is a program with an API key.
type Caller struct {
	ID     string // of the key
	Scopes []string
	// Organisation is whose key it is: it reads attributes for that one and
	// reaches its lines alone. Empty is the operator's, who reads no attributes.
	Organisation string
}

// A KeyChecker knows the API keys.
type KeyChecker interface {
	// CheckKey returns whose key it is, or ErrUnauthorized.
	CheckKey(ctx context.Context, token string) (Caller, error)
}

// Keys and tokens have 256 bits, so nobody finds one by trying. What is bounded
// is the work that a stranger makes.
const (
	strangerTries  = 60
	strangerWindow = time.Minute
	// lookupNoted is how often a PBX that looks users up one by one leaves a
	// line in the audit log, which would else grow with every registration.
	lookupNoted = time.Hour
)

// The names of the description's security schemes.
const (
	schemeBasic  = "basicKey"
	schemeDevice = "deviceToken"
)

// authenticate checks the API key and its scope, and notes the caller for the
// handler. A key without the scope is told so: it is no stranger. The token of
// a device is the handler's to check.
func (s *server) authenticate(c *gin.Context) openapi3filter.AuthenticationFunc {
	return func(ctx context.Context, in *openapi3filter.AuthenticationInput) error {
		if in.SecuritySchemeName == schemeDevice {
			_, err := s.bearer(c)
			return err
		}
		token, err := s.presented(c, in.SecuritySchemeName)
		if err != nil {
			return err
		}
		caller, err := s.checkKey(ctx, s.Source(c), token)
		if err != nil {
			return err
		}
		for _, want := range in.Scopes {
			if !slices.Contains(caller.Scopes, want) {
				return errForbidden
			}
		}
		c.Set(callerKey, caller)
		if c.FullPath() == accountsRoute || in.SecuritySchemeName == schemeBasic && s.lookups.take(caller.ID, s.Clock()) > 0 {
			return nil // recorded with what was fetched, or within the hour
		}
		// The route and not the path, which nobody has looked at yet: somebody
		// may have put an address or a name where an id belongs, and no line of
		// the audit log is ever deleted.
		return s.audit(ctx, caller, c.Request.Method+" "+c.FullPath(), "")
	}
}

func (s *server) audit(ctx context.Context, caller Caller, action, detail string) error {
	return s.Auditor.Audit(ctx, kyc.AuditEntry{At: s.Clock(), Actor: caller.actor(), Action: action, Detail: detail})
}

// checkKey has strangers wait who try too much, but not a key that was good
// before: whoever shares a network, or a proxy that nobody configured, must not
// be able to cut a PBX off.
func (s *server) checkKey(ctx context.Context, source, token string) (Caller, error) {
	digest := sha256.Sum256([]byte(token))
	if _, known := s.known.Load(digest); !known {
		if wait := s.strangers.wait(source, s.Clock()); wait > 0 {
			return Caller{}, &kyc.RateError{RetryAfter: wait}
		}
	}
	caller, err := s.Keys.CheckKey(ctx, token)
	switch {
	case err == nil:
		s.known.Store(digest, struct{}{})
	case errors.Is(err, ErrUnauthorized):
		s.known.Delete(digest)
		s.strangers.take(source, s.Clock())
	}
	return caller, err
}

// presented returns the key that a request has.
func (s *server) presented(c *gin.Context, scheme string) (string, error) {
	if scheme != schemeBasic {
		return s.bearer(c)
	}
	_, key, ok := c.Request.BasicAuth()
	if !ok || key == "" {
		return "", errUnauthorized
	}
	return key, nil
}

// bearer returns the token of RFC 6750 section 2.1.
func (s *server) bearer(c *gin.Context) (string, error) {
	scheme, token, _ := strings.Cut(c.GetHeader("Authorization"), " ")
	if token = strings.TrimSpace(token); !strings.EqualFold(scheme, "Bearer") || token == "" {
		return "", errUnauthorized
	}
	return token, nil
}

// callerKey is where a request keeps its caller.
const callerKey = "caller"

// callerOf returns the caller that authenticate noted. A handler's context is
// Gin's.
func callerOf(ctx context.Context) Caller {
	caller, _ := ctx.Value(callerKey).(Caller)
	return caller
}

// actor is who the audit log says it was, and for whom.
func (c Caller) actor() string {
	if c.Organisation == "" {
		return "apikey:" + c.ID
	}
	return "apikey:" + c.ID + "@" + c.Organisation
}
