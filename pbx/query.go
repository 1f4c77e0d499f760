package pbx

// A Status filters lines by what became of them.
type Status string

// The statuses of lines.
const (
	StatusOn        Status = "on"        // registers and calls
	StatusOff       Status = "off"       // its identity is not live
	StatusSuspended Status = "suspended" // by an administrator
	StatusReleased  Status = "released"  // for good
)

// Status returns what became of a line.
func (a Account) Status() Status {
	switch {
	case !a.ReleasedAt.IsZero():
		return StatusReleased
	case a.Suspended:
		return StatusSuspended
	case a.Enabled:
		return StatusOn
	default:
		return StatusOff
	}
}

// MaxPage is how many accounts one page has at most.
const MaxPage = 1000

// A Query asks for accounts. Its zero value asks for all, a page at a time.
type Query struct {
	// After is the cursor of the page before; empty is the first page.
	After string
	// Since leaves out what has not changed after that revision, and orders by
	// revision; zero orders by extension.
	Since int64
	// Limit is at most [MaxPage], which zero means too.
	Limit int
	// Extension begins with these digits.
	Extension string
	// Name has all of these words, in any order, whatever their accents.
	Name         string
	Status       Status
	Organisation string
	IdentityID   string
	// Within is the organisation beside whose lines there are none for who asks;
	// empty is an operator, who sees all. Since then also tells of lines that it
	// had and that are not its own any more, as released ones without a holder.
	Within string `json:",omitempty"`
}

// A Page is an answer to a [Query].
type Page struct {
	Accounts []Account
	// Next is the cursor of the next page, empty on the last one.
	Next string
	// Revision is the newest of all accounts when the page was read, of those
	// that Within leaves: what to ask Since for, once the last page has been read.
	Revision int64
}
