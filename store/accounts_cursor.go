package store

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"github.com/vouchline/vouchline/pbx"
)

// A cursor is where a page of accounts ended.
type cursor struct {
	Extension string `json:"e"`
	Last      int64  `json:"l"` // revision of that account
	Revision  int64  `json:"r"` // newest of all when the first page was read
}

// cursorMAC bytes of the keyed hash suffice: a cursor opens nothing that its
// query would not, and is only to be told from a mistake.
const cursorMAC = 12

var errCursor = &pbx.Error{Code: pbx.CodeMalformed, Field: "cursor"}

// queryText is what a cursor belongs to; the page's length may change.
func queryText(q pbx.Query) []byte {
	q.After, q.Limit = "", 0
	b, _ := json.Marshal(q) // strings and numbers
	return b
}

func (s *Store) sealCursor(q pbx.Query, c cursor) string {
	b, _ := json.Marshal(c)
	mac := s.keys.hash("page_cursor", string(queryText(q))+"\x00"+string(b))[:cursorMAC]
	return base64.RawURLEncoding.EncodeToString(slices.Concat(mac, b))
}

// openCursor checks the query and returns where its page begins.
func (s *Store) openCursor(q pbx.Query) (c cursor, err error) {
	if err := checkQuery(q); err != nil || q.After == "" {
		return cursor{}, err
	}
	b, err := base64.RawURLEncoding.DecodeString(q.After)
	if err != nil || len(b) < cursorMAC {
		return cursor{}, errCursor
	}
	mac, text := b[:cursorMAC], b[cursorMAC:]
	want := s.keys.hash("page_cursor", string(queryText(q))+"\x00"+string(text))[:cursorMAC]
	if !hmac.Equal(mac, want) {
		return cursor{}, errCursor
	}
	err = json.Unmarshal(text, &c)
	return c, err
}

func checkQuery(q pbx.Query) error {
	if strings.Trim(q.Extension, "0123456789") != "" {
		return &pbx.Error{Code: pbx.CodeCharacter, Field: "extension"}
	}
	switch q.Status {
	case "", pbx.StatusOn, pbx.StatusOff, pbx.StatusSuspended, pbx.StatusReleased:
	default:
		return &pbx.Error{Code: pbx.CodeMalformed, Field: "status"}
	}
	if q.Since < 0 {
		return &pbx.Error{Code: pbx.CodeMalformed, Field: "since"}
	}
	return nil
}
