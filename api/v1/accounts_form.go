package v1

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"mime"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
)

// mediaTypes are what an Accept header may ask for, the one for whoever takes
// anything first.
var mediaTypes = []struct {
	mediaType string
	format    AccountFormat
}{
	{"application/json", AccountFormatJson},
	{"text/csv", AccountFormatCsv},
	{"text/plain", AccountFormatAsterisk},
	{"application/sql", AccountFormatKamailio},
	{"application/xml", AccountFormatFreeswitch},
	{"text/xml", AccountFormatFreeswitch},
}

// chosenFormat is the one of the query, or else what the Accept header likes
// best.
func chosenFormat(ctx context.Context, asked *AccountFormat) (AccountFormat, error) {
	c, ok := ctx.(*gin.Context)
	if asked != nil {
		return *asked, nil
	}
	if !ok || strings.TrimSpace(c.GetHeader("Accept")) == "" {
		return AccountFormatJson, nil
	}
	return accepted(c.GetHeader("Accept"))
}

// accepted reads an Accept header (RFC 9110 section 12.5.1): of the ranges with
// the greatest weight the first one that there is a form for.
func accepted(header string) (AccountFormat, error) {
	var best AccountFormat
	weight := 0.0
	for part := range strings.SplitSeq(header, ",") {
		mediaRange, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		q := 1.0
		if text, ok := params["q"]; ok {
			if q, err = strconv.ParseFloat(text, 64); err != nil {
				continue
			}
		}
		if q <= weight {
			continue
		}
		for _, known := range mediaTypes {
			if covers(mediaRange, known.mediaType) {
				best, weight = known.format, q
				break
			}
		}
	}
	if best == "" {
		return "", errNotAcceptable
	}
	return best, nil
}

func covers(mediaRange, mediaType string) bool {
	kind, rest, _ := strings.Cut(mediaRange, "/")
	return mediaRange == mediaType || mediaRange == "*/*" || rest == "*" && strings.HasPrefix(mediaType, kind+"/")
}

// tag makes the entity tag: of what is answered, to whom, and to which
// question, each preceded by its length so that no two run into each other. It
// is strong: the same tag is the same bytes (RFC 9110 section 8.8.1).
func (l *listing) tag(ctx context.Context, name AccountFormat) {
	h := sha256.New()
	query := ""
	if c, ok := ctx.(*gin.Context); ok {
		query = c.Request.URL.Query().Encode()
	}
	for _, part := range []string{callerOf(ctx).ID, string(name), query, string(l.body)} {
		_, _ = fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	l.etag = `"` + base64.RawURLEncoding.EncodeToString(h.Sum(nil)) + `"`
}

// matches compares an If-None-Match header by the weak comparison, which is
// what RFC 9110 section 13.1.2 wants.
func matches(header *string, etag string) bool {
	if header == nil {
		return false
	}
	for candidate := range strings.SplitSeq(*header, ",") {
		candidate = strings.TrimSpace(candidate)
		if candidate == "*" || strings.TrimPrefix(candidate, "W/") == etag {
			return true
		}
	}
	return false
}
