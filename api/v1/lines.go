package v1

import (
	"context"
	"errors"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
)

// GetAccount implements the operation of that name.
func (s *server) GetAccount(ctx context.Context, r GetAccountRequestObject) (GetAccountResponseObject, error) {
	private(ctx)
	detail, err := s.pbx(ctx).Lines.LineDetail(ctx, callerOf(ctx).actor(), r.Extension)
	if err != nil {
		return nil, err
	}
	return GetAccount200JSONResponse(account(detail.Account, s.Clock())), nil
}

// ListContacts implements the operation of that name.
func (s *server) ListContacts(ctx context.Context, r ListContactsRequestObject) (ListContactsResponseObject, error) {
	private(ctx)
	detail, err := s.pbx(ctx).Lines.LineDetail(ctx, callerOf(ctx).actor(), r.Extension)
	if err != nil {
		return nil, err
	}
	out := ListContacts200JSONResponse{Known: detail.ContactsKnown, Contacts: make([]Contact, 0, len(detail.Contacts))}
	for _, c := range detail.Contacts {
		out.Contacts = append(out.Contacts, contact(c))
	}
	return out, nil
}

func contact(c pbx.Contact) Contact {
	out := Contact{Id: c.ID, Uri: c.URI, Expires: known(c.Expires)}
	if c.UserAgent != "" {
		out.UserAgent = &c.UserAgent
	}
	if c.Address != "" {
		out.Address = &c.Address
	}
	return out
}

// RotateLine implements the operation of that name.
func (s *server) RotateLine(ctx context.Context, r RotateLineRequestObject) (RotateLineResponseObject, error) {
	return RotateLine204Response{}, s.pbx(ctx).Lines.RotateLine(ctx, callerOf(ctx).actor(), r.Extension)
}

// SuspendLine implements the operation of that name.
func (s *server) SuspendLine(ctx context.Context, r SuspendLineRequestObject) (SuspendLineResponseObject, error) {
	return SuspendLine204Response{}, s.pbx(ctx).Lines.SuspendLine(ctx, callerOf(ctx).actor(), r.Extension)
}

// ResumeLine implements the operation of that name.
func (s *server) ResumeLine(ctx context.Context, r ResumeLineRequestObject) (ResumeLineResponseObject, error) {
	return ResumeLine204Response{}, s.pbx(ctx).Lines.ResumeLine(ctx, callerOf(ctx).actor(), r.Extension)
}

// ReleaseLine implements the operation of that name.
func (s *server) ReleaseLine(ctx context.Context, r ReleaseLineRequestObject) (ReleaseLineResponseObject, error) {
	err := s.pbx(ctx).Lines.ReleaseLine(ctx, callerOf(ctx).actor(), r.Extension)
	if errors.Is(err, kyc.ErrLineReleased) {
		err = nil // an earlier request's answer may have been lost
	}
	return ReleaseLine204Response{}, err
}

// DropContact implements the operation of that name.
func (s *server) DropContact(ctx context.Context, r DropContactRequestObject) (DropContactResponseObject, error) {
	return DropContact204Response{}, s.pbx(ctx).Lines.DropContact(ctx, callerOf(ctx).actor(), r.Extension, value(r.Params.Contact))
}
