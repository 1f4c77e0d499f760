package api

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/gin-gonic/gin"

	v1 "github.com/vouchline/vouchline/api/v1"
	"github.com/vouchline/vouchline/templates"
)

// Config is what a [Server] is made of.
type Config struct {
	Flow     Flow
	Sessions scs.Store // holds ids only, under hashed tokens
	Logger   *slog.Logger
	Clock    func() time.Time
	// BaseURL is the public address without a slash at the end. With https
	// the cookies are Secure and browsers are told to stay with it.
	BaseURL string
	// Service is the operator's name for the service.
	Service string
	SIP     SIP
	Console Console
	// WebPhone is the test call from a subscriber's browser; none by default.
	WebPhone WebPhone
	// Outbox shows messages that no provider took; nil shows none.
	Outbox Outbox
	// API is the JSON API below /v1; nil is none.
	API *v1.Config
	// TrustedProxies are the networks whose X-Forwarded-For is believed; none
	// by default, because the limits count by source address.
	TrustedProxies []string
	// Decoders is how many photographs are decoded at once; each may need
	// hundreds of megabytes. 0 is 2.
	Decoders int
}

// SIP is what a subscriber enters into a phone beside number and password.
type SIP struct {
	Server string // host, and port where it is not 5060
	Realm  string
}

// A Server is the edge's HTTP handler. Make it with [New].
type Server struct {
	Config
	engine   *gin.Engine
	sessions *scs.SessionManager
	csrf     *http.CrossOriginProtection
	uploads  *uploads
	secure   bool
}

// routes is a group of handlers.
type routes interface{ Mount(r gin.IRouter) }

// New checks the configuration, parses every template and mounts every route.
func New(c Config) (*Server, error) {
	base, err := url.Parse(c.BaseURL)
	switch {
	case c.Flow == nil, c.Sessions == nil, c.Logger == nil, c.Clock == nil:
		return nil, errors.New("api: Flow, Sessions, Logger and Clock are needed")
	case err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https"):
		return nil, fmt.Errorf("api: base URL %q is not an http or https address", c.BaseURL)
	}
	if err := templates.Load(); err != nil {
		return nil, err
	}
	if c.Service == "" {
		c.Service = "Vouchline"
	}
	c.BaseURL = strings.TrimSuffix(c.BaseURL, "/")
	s := &Server{
		Config: c, secure: base.Scheme == "https", csrf: http.NewCrossOriginProtection(),
		uploads: newUploads(c.Decoders, c.Clock),
	}
	s.sessions = newSessions(c.Sessions, s.secure)
	s.sessions.ErrorFunc = s.sessionFailed
	if s.engine, err = s.newEngine(); err != nil {
		return nil, err
	}
	call, err := newCallPages(s)
	if err != nil {
		return nil, err
	}
	for _, group := range []routes{
		&startPages{s}, &contactPages{s}, &documentPages{s}, &facePages{s}, &livePages{s}, &phonePages{s}, &lastPages{s},
		&activationPages{s}, &accountPages{s}, &consentPages{s}, &subscriberKeyPages{s}, &erasurePages{s}, &linePages{s}, &pairPages{s}, &setupPages{s}, call, &proofPages{s}, &consolePages{s},
		&ledgerPages{&consolePages{s}}, &identityPages{&consolePages{s}}, &organisationPages{&consolePages{s}},
		&consoleLinePages{&consolePages{s}}, &outboxPages{s},
	} {
		group.Mount(s.engine)
	}
	if c.API != nil {
		config := *c.API
		config.Words, config.Source, config.BaseURL = s.problemWords, source, s.BaseURL
		if err := v1.Mount(s.engine, config); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *Server) newEngine() (*gin.Engine, error) {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	e.HandleMethodNotAllowed = true
	e.RedirectTrailingSlash = false
	if err := e.SetTrustedProxies(s.TrustedProxies); err != nil {
		return nil, fmt.Errorf("api: trusted proxies: %w", err)
	}
	e.Use(s.logRequests, s.recoverPanics, s.chooseLocale, s.refuseForged, limitBody)
	e.NoRoute(func(c *gin.Context) { s.fail(c, errNoPage) })
	e.NoMethod(func(c *gin.Context) { s.fail(c, errNoMethod) })
	e.GET("/manifest.webmanifest", s.manifest)
	e.GET("/favicon.ico", serveIcon)
	e.GET("/robots.txt", func(c *gin.Context) {
		c.String(http.StatusOK, "User-agent: *\nDisallow: /enroll\nDisallow: /account\nDisallow: /i/\nDisallow: /p/\n")
	})
	e.GET("/healthz", func(c *gin.Context) { c.String(http.StatusOK, "ok\n") })
	return e, nil
}

// ServeHTTP answers a request. Static files need no session, so they are
// served before the session store is asked.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.securityHeaders(w.Header())
	if strings.HasPrefix(r.URL.Path, templates.StaticPrefix) {
		serveStatic(w, r)
		return
	}
	s.sessions.LoadAndSave(s.engine).ServeHTTP(w, r)
}

// handler is a page's handler; an error it returns becomes an error page or a
// problem document.
type handler func(c *gin.Context) error

// do adapts a handler to Gin.
func (s *Server) do(h handler) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := h(c); err != nil {
			s.fail(c, err)
		}
	}
}
