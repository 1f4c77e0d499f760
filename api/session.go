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
	// seenEvery is how exactly the last request is noted: a waiting page asks
	// every second and must not write the session each time.
	seenEvery = 5 * time.Minute
)

// What a session holds. Ids only: the store's table is not sealed.
const (
	keyEnrollment = "enrollment"
	keySubscriber = "subscriber"
	keySeen       = "seen"
)

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

// enter makes a browser the holder of an id. The token changes, so that one
// planted before (session fixation) is worth nothing.
func (s *Server) enter(ctx context.Context, key, id string) error {
	if err := s.sessions.RenewToken(ctx); err != nil {
		return err
	}
	s.sessions.Put(ctx, key, id)
	s.sessions.Put(ctx, keySeen, s.Clock().Unix())
	return nil
}

// holder returns the id that a session holds under a key, or "".
func (s *Server) holder(ctx context.Context, key string) string {
	id := s.sessions.GetString(ctx, key)
	if id == "" {
		return ""
	}
	idle := s.Clock().Sub(time.Unix(s.sessions.GetInt64(ctx, keySeen), 0))
	if idle > sessionIdle {
		if err := s.sessions.Clear(ctx); err != nil {
			s.Logger.WarnContext(ctx, "session not cleared", "error", err)
		}
		return ""
	}
	if idle > seenEvery {
		s.sessions.Put(ctx, keySeen, s.Clock().Unix())
	}
	return id
}

// enrollment returns the enrollment that the browser is in.
func (s *Server) enrollment(c *gin.Context) (*kyc.Enrollment, error) {
	ctx := c.Request.Context()
	id := s.holder(ctx, keyEnrollment)
	if id == "" {
		return nil, errNoSession
	}
	e, err := s.Flow.Enrollment(ctx, id)
	if kyc.Code(err) == "not_found" { // erased meanwhile
		s.sessions.Remove(ctx, keyEnrollment)
		return nil, errNoSession
	}
	return e, err
}

// enrollmentID returns the id alone, for steps that need nothing else.
func (s *Server) enrollmentID(c *gin.Context) (string, error) {
	if id := s.holder(c.Request.Context(), keyEnrollment); id != "" {
		return id, nil
	}
	return "", errNoSession
}

// subscriberID returns the id of the subscriber who is signed in.
func (s *Server) subscriberID(c *gin.Context) (string, error) {
	if id := s.holder(c.Request.Context(), keySubscriber); id != "" {
		return id, nil
	}
	return "", errNotSignedIn
}
