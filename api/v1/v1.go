package v1

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
)

// An AccountLister lists SIP accounts.
type AccountLister interface {
	Accounts(ctx context.Context, since time.Time) ([]pbx.Account, error)
}

// The scopes of API keys, as the description names them.
const (
	ScopePBX = "pbx:read"
	// ScopeAttributes reads what subscribers consented to, so a key with it
	// belongs to an organisation.
	ScopeAttributes = "attributes:read"
)

// Scopes returns all that keys may be made for.
func Scopes() []string { return []string{ScopePBX, ScopeAttributes} }

// A Caller is a program with an API key.
type Caller struct {
	ID     string // of the key
	Scopes []string
	// Organisation is the one that the key reads attributes for; empty for none.
	Organisation string
}

// A KeyChecker knows the API keys.
type KeyChecker interface {
	// CheckKey returns whose key it is, or ErrUnauthorized.
	CheckKey(ctx context.Context, token string) (Caller, error)
}

// Config is what the API needs.
type Config struct {
	Spec     []byte // api/openapi.yaml
	Prover   Prover
	Records  Records
	Readers  Discloser
	Accounts AccountLister
	Keys     KeyChecker
	Auditor  kyc.Auditor
	Clock    func() time.Time
	Logger   *slog.Logger
	// Words puts codes into words; the pages' edge gives its catalogue.
	Words Words
}

// maxBody bounds a request: nothing the API takes is larger.
const maxBody = 64 << 10

// server implements the generated interface.
type server struct {
	Config

	router routers.Router
}

var _ StrictServerInterface = (*server)(nil)

// Mount adds the API's routes below /v1.
func Mount(r gin.IRouter, cfg Config) error {
	doc, err := openapi3.NewLoader().LoadFromData(cfg.Spec)
	if err != nil {
		return fmt.Errorf("v1: read description: %w", err)
	}
	router, err := legacy.NewRouter(doc)
	if err != nil {
		return fmt.Errorf("v1: description: %w", err)
	}
	s := &server{Config: cfg, router: router}
	strict := NewStrictHandlerWithOptions(s, nil, StrictGinServerOptions{
		RequestErrorHandlerFunc:  func(c *gin.Context, err error) { s.problem(c, invalidRequest(err)) },
		HandlerErrorFunc:         s.problem,
		ResponseErrorHandlerFunc: s.problem,
	})
	RegisterHandlersWithOptions(r, strict, GinServerOptions{
		Middlewares:  []MiddlewareFunc{s.validate},
		ErrorHandler: func(c *gin.Context, err error, _ int) { s.problem(c, invalidRequest(err)) },
	})
	r.GET("/v1/openapi.yaml", func(c *gin.Context) {
		c.Data(http.StatusOK, "application/yaml; charset=utf-8", cfg.Spec)
	})
	return nil
}

// validate checks a request against the description, key included, before any
// handler runs.
func (s *server) validate(c *gin.Context) {
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxBody)
	route, params, err := s.router.FindRoute(c.Request)
	if err != nil {
		s.problem(c, invalidRequest(err))
		return
	}
	err = openapi3filter.ValidateRequest(c.Request.Context(), &openapi3filter.RequestValidationInput{
		Request: c.Request, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: s.authenticate(c)},
	})
	var security *openapi3filter.SecurityRequirementsError
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
	case errors.As(err, &security):
		s.problem(c, errors.Join(security.Errors...))
	case errors.As(err, &tooLarge):
		s.problem(c, errTooLarge)
	default:
		s.problem(c, invalidRequest(err))
	}
}

// authenticate checks the API key and its scope, and notes the caller for the
// handler. A key without the scope is told so: it is no stranger.
func (s *server) authenticate(c *gin.Context) openapi3filter.AuthenticationFunc {
	return func(ctx context.Context, in *openapi3filter.AuthenticationInput) error {
		scheme, token, _ := strings.Cut(c.GetHeader("Authorization"), " ")
		if !strings.EqualFold(scheme, "Bearer") || token == "" {
			return errUnauthorized
		}
		caller, err := s.Keys.CheckKey(ctx, strings.TrimSpace(token))
		if err != nil {
			return err
		}
		for _, want := range in.Scopes {
			if !slices.Contains(caller.Scopes, want) {
				return errForbidden
			}
		}
		c.Set(callerKey, caller)
		// The route and not the path, which nobody has looked at yet: somebody
		// may have put an address or a name where an id belongs, and no line of
		// the audit log is ever deleted.
		return s.Auditor.Audit(ctx, kyc.AuditEntry{At: s.Clock(), Actor: caller.actor(), Action: c.Request.Method + " " + c.FullPath()})
	}
}

// callerKey is where a request keeps its caller.
const callerKey = "caller"

// callerOf returns the caller that authenticate noted. A handler's context is
// Gin's.
func callerOf(ctx context.Context) Caller {
	caller, _ := ctx.Value(callerKey).(Caller)
	return caller
}

func (c Caller) actor() string { return "apikey:" + c.ID }
