package v1

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
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

// A Prover answers questions about identities.
type Prover interface {
	Proof(ctx context.Context, identityID string) (kyc.Proof, error)
	Match(ctx context.Context, identityID, attribute, value, salt string) (bool, error)
}

// An AccountLister lists SIP accounts.
type AccountLister interface {
	Accounts(ctx context.Context, since time.Time) ([]pbx.Account, error)
}

// A KeyChecker knows the API keys.
type KeyChecker interface {
	// CheckKey returns the key's id and scopes, or ErrUnauthorized.
	CheckKey(ctx context.Context, token string) (id string, scopes []string, err error)
}

// Config is what the API needs.
type Config struct {
	Spec     []byte // api/openapi.yaml
	Prover   Prover
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
		Options: &openapi3filter.Options{AuthenticationFunc: s.authenticate},
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

// authenticate checks the API key and its scope. A key without the scope is
// told so: it is no stranger.
func (s *server) authenticate(ctx context.Context, in *openapi3filter.AuthenticationInput) error {
	header := in.RequestValidationInput.Request.Header.Get("Authorization")
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return errUnauthorized
	}
	id, scopes, err := s.Keys.CheckKey(ctx, strings.TrimSpace(token))
	if err != nil {
		return err
	}
	for _, want := range in.Scopes {
		if !contains(scopes, want) {
			return errForbidden
		}
	}
	request := in.RequestValidationInput.Request
	return s.Auditor.Audit(ctx, kyc.AuditEntry{At: s.Clock(), Actor: "apikey:" + id, Action: request.Method + " " + request.URL.Path})
}

func contains(scopes []string, want string) bool {
	for _, s := range scopes {
		if s == want {
			return true
		}
	}
	return false
}

// GetIdentity implements the operation of that name.
func (s *server) GetIdentity(ctx context.Context, r GetIdentityRequestObject) (GetIdentityResponseObject, error) {
	proof, err := s.Prover.Proof(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	i := proof.Identity
	out := GetIdentity200JSONResponse{
		Id: i.ID, Status: Status(i.Status), Assurance: i.Assurance, Issuer: i.Issuer, IssuedAt: i.IssuedAt, UpdatedAt: i.UpdatedAt,
		Version: i.Version, Attributes: i.Attributes,
		Ledger: Location{Network: LocationNetwork(proof.Location.Network), TxId: proof.Location.TxID, Block: int64(proof.Location.Block)}, //nolint:gosec // block heights stay far below 2^63
	}
	if proof.Location.Channel != "" {
		out.Ledger.Channel = &proof.Location.Channel
	}
	return out, nil
}

// MatchAttribute implements the operation of that name.
func (s *server) MatchAttribute(ctx context.Context, r MatchAttributeRequestObject) (MatchAttributeResponseObject, error) {
	match, err := s.Prover.Match(ctx, r.Id, string(r.Body.Attribute), r.Body.Value, r.Body.Salt)
	if err != nil {
		return nil, err
	}
	return MatchAttribute200JSONResponse{Match: match}, nil
}

// ListAccounts implements the operation of that name.
func (s *server) ListAccounts(ctx context.Context, r ListAccountsRequestObject) (ListAccountsResponseObject, error) {
	var since time.Time
	if r.Params.Since != nil {
		since = *r.Params.Since
	}
	accounts, err := s.Accounts.Accounts(ctx, since)
	if err != nil {
		return nil, err
	}
	out := ListAccounts200JSONResponse{Accounts: make([]Account, 0, len(accounts))}
	for _, a := range accounts {
		out.Accounts = append(out.Accounts, Account{
			Extension: a.Extension, Aor: string(a.AOR), AuthUsername: a.AuthUsername, Realm: a.Realm, DisplayName: a.DisplayName,
			Ha1:        HA1{Md5: a.HA1MD5, Sha256: a.HA1SHA256, Sha512256: a.HA1SHA512256},
			IdentityId: a.IdentityID, Enabled: a.Enabled, UpdatedAt: a.UpdatedAt,
		})
	}
	return out, nil
}
