package store

import (
	"context"
	"strings"

	"github.com/vouchline/vouchline/pbx"
)

// FindAccounts returns a page of the accounts that a query asks for. Disabled
// and released ones are among them: a PBX has to learn of those too. One that
// does not open is logged and left out. A cursor that is not of this query, or
// not of this store, is a [*pbx.Error].
//
// Pages follow each other by the last number, or the last revision, so that no
// account that is there throughout is left out whatever changes in between. The
// revision of every page is that of the first: what changed since then is not
// lost to who asks for it next.
func (s *Store) FindAccounts(ctx context.Context, q pbx.Query) (pbx.Page, error) {
	at, err := s.openCursor(q)
	if err != nil {
		return pbx.Page{}, err
	}
	if q.After == "" { // before the rows: what comes in between is found twice, not never
		if at.Revision, err = s.revision(ctx, q.Within); err != nil {
			return pbx.Page{}, err
		}
	}
	where, args := s.filter(q, at)
	limit := pageSize(q.Limit)
	rows, err := accountRows(ctx, s.read, where+" LIMIT ?", append(args, limit+1)...)
	if err != nil {
		return pbx.Page{}, err
	}
	if rows, err = s.withDeparted(ctx, rows, q, at); err != nil {
		return pbx.Page{}, err
	}
	page := pbx.Page{Revision: at.Revision}
	if len(rows) > limit {
		rows = rows[:limit]
		page.Next = s.sealCursor(q, cursor{Extension: rows[limit-1].Extension, Last: rows[limit-1].Revision, Revision: at.Revision})
	}
	page.Accounts = make([]pbx.Account, 0, len(rows))
	for _, row := range rows {
		a, err := s.openFound(row)
		if err != nil { // one damaged line must not hide the others from everyone
			s.log.ErrorContext(ctx, "a SIP account is left out of a search", "extension", row.Extension, "cause", err)
			continue
		}
		page.Accounts = append(page.Accounts, a)
	}
	return page, nil
}

// revision returns the newest of all changes. Of one organisation's lines it is
// the newest of those alone: how often others' change is not its business, and
// what it has read stays as it is.
func (s *Store) revision(ctx context.Context, within string) (newest int64, err error) {
	if within == "" {
		err = s.read.NewRaw("SELECT value FROM counters WHERE name = 'accounts'").Scan(ctx, &newest)
	} else {
		err = s.read.NewRaw(`SELECT COALESCE(MAX(revision), 0) FROM (
			SELECT revision FROM sip_accounts WHERE organisation = ?
			UNION ALL SELECT revision FROM departed_lines WHERE organisation = ?) AS known`, within, within).Scan(ctx, &newest)
	}
	return newest, wrap("read the revision", err)
}

func pageSize(limit int) int {
	if limit <= 0 || limit > pbx.MaxPage {
		return pbx.MaxPage
	}
	return limit
}

// filter returns what follows "SELECT … FROM" for the page after a cursor.
func (s *Store) filter(q pbx.Query, at cursor) (where string, args []any) {
	var terms []string
	add := func(term string, values ...any) {
		terms, args = append(terms, term), append(args, values...)
	}
	order := byNumber
	switch {
	case q.Since > 0:
		add("a.revision > ?", max(q.Since, at.Last))
		order = " ORDER BY a.revision"
	case q.After != "":
		add("(length(a.extension), a.extension) > (?, ?)", len(at.Extension), at.Extension)
	}
	if q.Extension != "" {
		add("substr(a.extension, 1, ?) = ?", len(q.Extension), q.Extension)
	}
	if q.Status != "" {
		add("a.status = ?", string(q.Status))
	}
	if q.Organisation != "" {
		add("a.organisation = ?", q.Organisation)
	}
	if q.Within != "" {
		add("a.organisation = ?", q.Within)
	}
	if q.IdentityID != "" {
		add("a.identity_id = ?", q.IdentityID)
	}
	for _, word := range nameWords(q.Name) {
		add("a.extension IN (SELECT extension FROM account_words WHERE hash = ?)", s.wordHash(word))
	}
	if len(terms) > 0 {
		where = "WHERE " + strings.Join(terms, " AND ")
	}
	return where + order, args
}
