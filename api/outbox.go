package api

import (
	"context"
	"net/http"
	"net/netip"
	"regexp"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/notify"
	"github.com/vouchline/vouchline/templates"
)

// A SentMessage is a message that no provider took.
type SentMessage struct {
	At      time.Time
	Message notify.Message
}

// Outbox lists the messages that no provider took, newest first.
type Outbox interface {
	SentMessages(ctx context.Context, limit int) ([]SentMessage, error)
}

type outboxPages struct{ *Server }

// Mount adds the outbox page where there is an outbox. It shows codes and
// links to whoever asks, so the program gives one only to a service that
// listens on a loopback address; the check of the caller's address is there
// for a proxy on the same machine that would make the page public.
func (p *outboxPages) Mount(r gin.IRouter) {
	if p.Outbox == nil {
		return
	}
	r.GET("/outbox", p.do(p.show))
}

func (p *outboxPages) show(c *gin.Context) error {
	private(c)
	if !local(c.Request) {
		return errNoPage
	}
	messages, err := p.Outbox.SentMessages(c.Request.Context(), 50)
	if err != nil {
		return err
	}
	shown := make([]letter, len(messages))
	for i, m := range messages {
		shown[i] = letter{SentMessage: m, Parts: linked(m.Message.Text)}
	}
	return p.page(c, http.StatusOK, "outbox", templates.View{Refresh: 5, Data: shown})
}

// A letter is a message as the page shows it.
type letter struct {
	SentMessage

	Parts []textPart
}

// A textPart is a piece of text or, alone, an address to follow.
type textPart struct {
	Text string
	Link bool
}

var webAddress = regexp.MustCompile(`https?://[^\s<>"]+`)

// linked finds the addresses in a text, so that they need not be copied. The
// template escapes both kinds of parts.
func linked(text string) []textPart {
	var parts []textPart
	last := 0
	for _, at := range webAddress.FindAllStringIndex(text, -1) {
		parts = append(parts, textPart{Text: text[last:at[0]]}, textPart{Text: text[at[0]:at[1]], Link: true})
		last = at[1]
	}
	return append(parts, textPart{Text: text[last:]})
}

// local reports whether a request came from this machine and through no proxy.
func local(r *http.Request) bool {
	for _, header := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
		if r.Header.Get(header) != "" {
			return false
		}
	}
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && from.Addr().Unmap().IsLoopback()
}
