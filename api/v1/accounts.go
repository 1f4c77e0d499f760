package v1

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
)

// Lines is what programs of PBX administrators need of [kyc.Flow]. Its methods
// are those of one resource; the flow records who called them.
type Lines interface {
	FindLines(ctx context.Context, actor string, q pbx.Query) (pbx.Page, error)
	LineDetail(ctx context.Context, actor, extension string) (kyc.LineDetail, error)
	RotateLine(ctx context.Context, actor, extension string) error
	SuspendLine(ctx context.Context, actor, extension string) error
	ResumeLine(ctx context.Context, actor, extension string) error
	ReleaseLine(ctx context.Context, actor, extension string) error
	DropContact(ctx context.Context, actor, extension, contactID string) error
}

// PBX is what a key reaches of the phone lines: those of its organisation, as if
// there were no others, and all for the operator, whose organisation is empty.
// Handlers have no other way to a line.
type PBX struct {
	Lines    Lines
	Accounts AccountReader
	Callers  CallerIdentity
}

// pbx is what the caller of a request reaches.
func (s *server) pbx(ctx context.Context) PBX { return s.PBX(callerOf(ctx).Organisation) }

// An AccountReader reads one SIP account for a PBX that looks users up.
type AccountReader interface {
	Account(ctx context.Context, extension string) (pbx.Account, error)
}

// ListAccounts implements the operation of that name.
func (s *server) ListAccounts(ctx context.Context, r ListAccountsRequestObject) (ListAccountsResponseObject, error) {
	private(ctx)
	name, err := chosenFormat(ctx, r.Params.Format)
	if err != nil {
		return nil, err
	}
	var out listing
	if name == AccountFormatJson {
		out, err = s.page(ctx, queryOf(r.Params))
	} else {
		out, err = s.file(ctx, string(name), r.Params)
	}
	if err != nil {
		return nil, err
	}
	out.tag(ctx, name)
	out.known = matches(r.Params.IfNoneMatch, out.etag)
	// Before anything leaves. What it was filtered by, the flow has recorded.
	detail := fmt.Sprintf("%s, %d accounts", name, out.count)
	if out.known {
		detail += ", unchanged"
	}
	return out, s.audit(ctx, callerOf(ctx), "GET "+accountsRoute, detail)
}

// accountsRoute is where accounts are fetched.
const accountsRoute = "/v1/pbx/accounts"

// page is one page of all accounts, on or off.
func (s *server) page(ctx context.Context, q pbx.Query) (listing, error) {
	found, err := s.pbx(ctx).Lines.FindLines(ctx, callerOf(ctx).actor(), q)
	if err != nil {
		return listing{}, err
	}
	list := accountList(found.Accounts, found.Revision, s.Clock())
	out := listing{contentType: "application/json", revision: found.Revision, count: len(found.Accounts)}
	if found.Next != "" {
		list.Next, out.next = &found.Next, nextPage(ctx, found.Next)
	}
	out.body, err = json.Marshal(list)
	out.body = append(out.body, '\n')
	return out, err
}

// file is all lines that are on, as a PBX reads them. Half of a file would take
// lines away, so it has no pages.
func (s *server) file(ctx context.Context, name string, p ListAccountsParams) (listing, error) {
	if p.Limit != nil || p.Cursor != nil || p.Since != nil {
		return listing{}, &Refusal{Status: http.StatusBadRequest, Code: "bad_request", Detail: "limit, cursor and since go with the format json alone"}
	}
	f, err := Export(ctx, s.pbx(ctx).Lines, callerOf(ctx).actor(), name, queryOf(p), s.Clock())
	return listing{contentType: f.ContentType, body: f.Body, revision: f.Revision, count: f.Accounts}, err
}

func queryOf(p ListAccountsParams) pbx.Query {
	return pbx.Query{
		After: value(p.Cursor), Since: value(p.Since), Limit: value(p.Limit), Extension: value(p.Extension), Name: value(p.Name),
		Status: pbx.Status(value(p.Status)), Organisation: value(p.Organisation), IdentityID: value(p.IdentityId),
	}
}

// value is the zero value for what was not given.
func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// nextPage is the address of the page with a cursor, below this host.
func nextPage(ctx context.Context, cursor string) string {
	c, ok := ctx.(*gin.Context)
	if !ok {
		return ""
	}
	query := c.Request.URL.Query()
	query.Set("cursor", cursor)
	return (&url.URL{Path: c.Request.URL.Path, RawQuery: query.Encode()}).String()
}

// account shows what a PBX needs: of a line that is off, no digests.
func account(a pbx.Account, now time.Time) Account {
	out := Account{
		Extension: a.Extension, Aor: string(a.AOR), Realm: a.Realm, DisplayName: a.DisplayName, Credentials: []Credential{},
		IdentityId: a.IdentityID, Status: LineStatus(a.Status()), Enabled: a.Enabled, ReleasedAt: known(a.ReleasedAt),
		UpdatedAt: a.UpdatedAt, Revision: a.Revision,
	}
	if a.Organisation != "" {
		out.Organisation = &a.Organisation
	}
	if !a.Enabled {
		return out
	}
	for _, d := range a.Devices {
		for _, c := range d.Credentials {
			if c.ValidAt(now) {
				out.Credentials = append(out.Credentials, credential(d, c))
			}
		}
	}
	return out
}

func credential(d pbx.Device, c pbx.Credential) Credential {
	out := Credential{
		Device: d.ID, Kind: CredentialKind(d.Kind), Username: c.Username, CreatedAt: known(c.CreatedAt), NotAfter: known(c.NotAfter),
		Ha1: HA1{Md5: c.HA1MD5, Sha256: c.HA1SHA256, Sha512256: c.HA1SHA512256},
	}
	if c.HA1B != "" {
		out.Ha1b = &c.HA1B
	}
	return out
}

// A listing is an answer with accounts, in whatever form.
type listing struct {
	contentType string
	body        []byte
	etag        string
	next        string // the address of the next page
	revision    int64
	count       int
	known       bool // the caller has it already
}

// VisitListAccountsResponse writes the answer.
func (l listing) VisitListAccountsResponse(w http.ResponseWriter) error {
	h := w.Header()
	h.Set("ETag", l.etag)
	h.Set("Vary", "Accept, Authorization")
	h.Set("Vouchline-Revision", strconv.FormatInt(l.revision, 10))
	if l.next != "" {
		h.Set("Link", "<"+l.next+`>; rel="next"`)
	}
	if l.known {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", l.contentType)
	w.WriteHeader(http.StatusOK)
	_, err := w.Write(l.body)
	return err
}
