package api

import (
	"context"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
)

// Session lifetimes (SP 800-63B-4 section 2.2.3): 24 hours overall, one hour
// without a request.
const (
	sessionLifetime = 24 * time.Hour
	sessionIdle     = time.Hour
	// seenEvery is how exactly the last request is noted: a page that is
	// clicked through must not write the session each time.
	seenEvery = 5 * time.Minute
)

// A role is what a browser may be in, under its own id and with its own times:
// who goes on as a subscriber keeps no applicant alive in the same browser. A
// session holds ids only: the store's table is not sealed.
type role struct {
	key  string // of the id; "_seen" and "_since" follow it for the times
	idle time.Duration
}

var (
	roleApplicant  = role{"enrollment", sessionIdle}
	roleSubscriber = role{"subscriber", sessionIdle}
	roleStaff      = role{keyStaff, staffIdle}
)

// keyEpoch is the enrollment's epoch when the browser entered it.
const keyEpoch = "enrollment_epoch"

func (r role) seen() string  { return r.key + "_seen" }
func (r role) since() string { return r.key + "_since" }

func newSessions(store scs.Store, secure bool) *scs.SessionManager {
	m := scs.New() // its tokens have 256 bits
	m.Store = store
	m.Lifetime = sessionLifetime
	m.HashTokenInStore = true
	m.Cookie.Name = "vouchline"
	m.Cookie.Path = "/"
	m.Cookie.HttpOnly = true
	m.Cookie.SameSite = http.SameSiteLaxMode // a link from a mail must bring the session along
	m.Cookie.Persist = false
	if secure {
		// The prefix keeps a neighbouring host name from planting the cookie.
		m.Cookie.Name, m.Cookie.Secure = "__Host-vouchline", true
	}
	return m
}

// enter gives a browser a role. The token changes, so that one planted before
// (session fixation) is worth nothing.
func (s *Server) enter(ctx context.Context, r role, id string) error {
	if err := s.sessions.RenewToken(ctx); err != nil {
		return err
	}
	now := s.Clock().Unix()
	s.sessions.Put(ctx, r.key, id)
	s.sessions.Put(ctx, r.seen(), now)
	s.sessions.Put(ctx, r.since(), now)
	return nil
}

// enterEnrollment makes a browser the holder of an enrollment until somebody
// opens a mailed link elsewhere.
func (s *Server) enterEnrollment(ctx context.Context, e *kyc.Enrollment) error {
	if err := s.enter(ctx, roleApplicant, e.ID); err != nil {
		return err
	}
	s.sessions.Put(ctx, keyEpoch, e.Data.Epoch)
	return nil
}

// leave takes a role away.
func (s *Server) leave(ctx context.Context, r role) {
	for _, key := range []string{r.key, r.seen(), r.since()} {
		s.sessions.Remove(ctx, key)
	}
}

// watcher returns the id that a browser holds in a role, or "". It is for what
// a page asks by itself, which is no sign that anybody sits there.
func (s *Server) watcher(ctx context.Context, r role) string {
	id, now := s.sessions.GetString(ctx, r.key), s.Clock()
	seen, since := time.Unix(s.sessions.GetInt64(ctx, r.seen()), 0), time.Unix(s.sessions.GetInt64(ctx, r.since()), 0)
	if now.Sub(seen) > r.idle || now.Sub(since) > sessionLifetime {
		return ""
	}
	return id
}

// holder is watcher for what a person asks: it counts as activity.
func (s *Server) holder(ctx context.Context, r role) string {
	id := s.watcher(ctx, r)
	if id == "" {
		if s.sessions.Exists(ctx, r.key) {
			s.leave(ctx, r)
		}
		return ""
	}
	now := s.Clock()
	if now.Sub(time.Unix(s.sessions.GetInt64(ctx, r.seen()), 0)) > min(seenEvery, r.idle/10) {
		s.sessions.Put(ctx, r.seen(), now.Unix())
	}
	return id
}

// enrollment returns the enrollment that the browser is in. One that entered
// before a mailed link was opened elsewhere is in it no more: whoever begins
// an enrollment with a stranger's address must not look on, or go on, once the
// stranger has taken it over.
func (s *Server) enrollment(c *gin.Context) (*kyc.Enrollment, error) {
	return s.present(c, s.holder(c.Request.Context(), roleApplicant))
}

// watched is enrollment for what a page asks by itself.
func (s *Server) watched(c *gin.Context) (*kyc.Enrollment, error) {
	return s.present(c, s.watcher(c.Request.Context(), roleApplicant))
}

func (s *Server) present(c *gin.Context, id string) (*kyc.Enrollment, error) {
	ctx := c.Request.Context()
	if id == "" {
		return nil, errNoSession
	}
	e, err := s.Flow.Enrollment(ctx, id)
	switch {
	case kyc.Code(err) == "not_found": // erased meanwhile
		s.leave(ctx, roleApplicant)
		return nil, errNoSession
	case err != nil:
		return nil, err
	case e.Data.Epoch != s.sessions.GetInt(ctx, keyEpoch):
		return nil, errMovedOn
	}
	return e, nil
}

// subscriberID returns the id of the subscriber who is signed in.
func (s *Server) subscriberID(c *gin.Context) (string, error) {
	if id := s.holder(c.Request.Context(), roleSubscriber); id != "" {
		return id, nil
	}
	return "", errNotSignedIn
}

// subscriber returns the enrollment of the subscriber who is signed in. Who was
// erased meanwhile is signed in no more.
func (s *Server) subscriber(c *gin.Context) (*kyc.Enrollment, error) {
	id, err := s.subscriberID(c)
	if err != nil {
		return nil, err
	}
	e, err := s.Flow.Enrollment(c.Request.Context(), id)
	if kyc.Code(err) == "not_found" {
		s.leave(c.Request.Context(), roleSubscriber)
		return nil, errNotSignedIn
	}
	return e, err
}
