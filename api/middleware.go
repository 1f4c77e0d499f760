package api

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/templates"
)

const (
	// bodyLimit is enough for every form; uploads set their own.
	bodyLimit = 64 << 10

	localeCookie = "lang"
	localeKey    = "locale"
	requestKey   = "request"
)

// securityPolicy forbids everything that our own files do not need. A hostile
// name that slipped through the templates could still run nothing.
const securityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
	"media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// permissionsPolicy leaves pages the camera and nothing else of the machine.
const permissionsPolicy = "camera=(self), microphone=(), geolocation=(), payment=(), usb=()"

func (s *Server) securityHeaders(h http.Header) {
	h.Set("Content-Security-Policy", securityPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	// Paths hold tokens, share links hold salts: neither leaves by a referrer.
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Permissions-Policy", permissionsPolicy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if s.secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// logRequests names the request and logs it by its route: paths and queries
// hold tokens and salts.
func (s *Server) logRequests(c *gin.Context) {
	id := rand.Text()
	c.Set(requestKey, id)
	c.Header("X-Request-Id", id)
	// Pages hold personal data: no proxy keeps them. They may come back from
	// the browser's own history, so that nothing is lost on going back.
	c.Header("Cache-Control", "private, no-cache")
	begun := s.Clock()
	c.Next()
	s.Logger.InfoContext(c.Request.Context(), "request", "method", c.Request.Method, "route", c.FullPath(),
		"status", c.Writer.Status(), "ms", s.Clock().Sub(begun).Milliseconds(), "request", id)
}

// recoverPanics turns a panic into an error page; the stack goes to the log.
func (s *Server) recoverPanics(c *gin.Context) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(v)
		}
		s.Logger.ErrorContext(c.Request.Context(), "panic", "value", fmt.Sprintf("%T", v), "stack", string(debug.Stack()), "request", c.GetString(requestKey))
		c.Abort()
		if !c.Writer.Written() {
			s.fail(c, errPanic)
		}
	}()
	c.Next()
}

// chooseLocale takes the language that was chosen by the link on the page,
// then the one chosen before, then the browser's.
func (s *Server) chooseLocale(c *gin.Context) {
	if lang := c.Query("lang"); c.Request.Method == http.MethodGet && slices.Contains(templates.Locales(), lang) {
		http.SetCookie(c.Writer, &http.Cookie{
			Name: localeCookie, Value: lang, Path: "/", MaxAge: int((365 * 24 * time.Hour).Seconds()),
			HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode,
		})
		query := c.Request.URL.Query()
		query.Del("lang")
		c.Redirect(http.StatusSeeOther, localPath(c.Request.URL.Path, query.Encode()))
		c.Abort()
		return
	}
	locale := templates.MatchLocale(c.GetHeader("Accept-Language"))
	if cookie, err := c.Cookie(localeCookie); err == nil && slices.Contains(templates.Locales(), cookie) {
		locale = cookie
	}
	c.Set(localeKey, locale)
	c.Header("Content-Language", locale)
	c.Header("Vary", "Accept-Language, Cookie")
	c.Next()
}

// localPath keeps a redirect on this host: "//evil.example" is a path too.
func localPath(path, query string) string {
	path = "/" + strings.TrimLeft(path, `/\`)
	if query != "" {
		path += "?" + query
	}
	return path
}

// refuseForged refuses what another site makes a browser send.
func (s *Server) refuseForged(c *gin.Context) {
	if err := s.csrf.Check(c.Request); err != nil {
		s.fail(c, errCrossOrigin)
		c.Abort()
		return
	}
	c.Next()
}

// limitBody bounds what a request may carry.
func limitBody(c *gin.Context) {
	limit := int64(bodyLimit)
	if l, ok := uploadLimits[c.FullPath()]; ok {
		limit = l
	}
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, limit)
	c.Next()
}

// source is the network address that limits count by. An IPv6 subscriber has
// a whole /64 to choose addresses from, so that counts as one.
func source(c *gin.Context) string {
	addr, err := netip.ParseAddr(c.ClientIP())
	if err != nil {
		return "unknown"
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is4() {
		return addr.String()
	}
	prefix, err := addr.Prefix(64)
	if err != nil {
		return "unknown"
	}
	return prefix.String()
}
