package v1

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
)

// Config is what the API needs.
type Config struct {
	Spec    []byte // api/openapi.yaml
	Prover  Prover
	Records Records
	Readers Discloser
	Devices Devices
	Keys    KeyChecker
	// PBX is what keys of an organisation reach of the phone lines.
	PBX func(organisation string) PBX
	// Certificates is nil where calls are not signed.
	Certificates Certificates
	Auditor      kyc.Auditor
	Clock        func() time.Time
	Logger       *slog.Logger
	// BaseURL is the public address without a slash at the end.
	BaseURL string
	// Source is the network that limits count a request to; nil is the address.
	Source func(c *gin.Context) string
	// Words puts codes into words; the pages' edge gives its catalogue.
	Words Words
}

// maxBody bounds a request: nothing the API takes is larger.
const maxBody = 64 << 10

// server implements the generated interface.
type server struct {
	Config

	router    routers.Router
	strangers *limiter // requests with a key or code that is none, by source
	devices   *limiter // requests of phones that are not paired yet, by source
	lookups   *limiter // lines of the audit log about a PBX's lookups, by key
	known     sync.Map // digests of keys that were good
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
	if cfg.Source == nil {
		cfg.Source = (*gin.Context).ClientIP
	}
	s := &server{
		Config: cfg, router: router,
		strangers: newLimiter(strangerTries, strangerWindow), devices: newLimiter(deviceTries, deviceWindow), lookups: newLimiter(1, lookupNoted),
	}
	strict := NewStrictHandlerWithOptions(s, nil, StrictGinServerOptions{
		RequestErrorHandlerFunc:  func(c *gin.Context, err error) { s.refuse(c, invalidRequest(err)) },
		HandlerErrorFunc:         s.refuse,
		ResponseErrorHandlerFunc: s.refuse,
	})
	RegisterHandlersWithOptions(r, strict, GinServerOptions{
		Middlewares:  []MiddlewareFunc{s.validate},
		ErrorHandler: func(c *gin.Context, err error, _ int) { s.refuse(c, invalidRequest(err)) },
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
		s.refuse(c, invalidRequest(err))
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
		s.refuse(c, errors.Join(security.Errors...))
	case errors.As(err, &tooLarge):
		s.refuse(c, errTooLarge)
	default:
		s.refuse(c, invalidRequest(err))
	}
}

// private keeps what is sensitive out of every cache.
func private(ctx context.Context) {
	if c, ok := ctx.(*gin.Context); ok {
		c.Header("Cache-Control", "no-store")
	}
}
