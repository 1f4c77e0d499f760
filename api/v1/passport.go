package v1

import (
	"bytes"
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx/passport"
)

// A CallerIdentity signs who is calling, and checks what others signed.
type CallerIdentity interface {
	Passport(ctx context.Context, actor string, r kyc.PassportRequest) (kyc.SignedPassport, error)
	CheckPassport(ctx context.Context, c kyc.PassportCheck) (kyc.PassportVerdict, error)
}

// Certificates are those that calls are signed with, by the names of their
// files; nil is none of that name.
type Certificates func(name string) []byte

// SignPassport implements the operation of that name.
func (s *server) SignPassport(ctx context.Context, r SignPassportRequestObject) (SignPassportResponseObject, error) {
	signed, err := s.pbx(ctx).Callers.Passport(ctx, callerOf(ctx).actor(), passportRequest(r))
	if err != nil {
		return nil, err
	}
	if c, ok := ctx.(*gin.Context); ok && c.NegotiateFormat(gin.MIMEJSON, gin.MIMEPlain) == gin.MIMEPlain {
		return SignPassport200TextResponse(signed.Header), nil
	}
	return SignPassport200JSONResponse{
		Identity: signed.Header, From: signed.From, Attest: SignedPassportAttest(signed.Attest),
	}, nil
}

func passportRequest(r SignPassportRequestObject) kyc.PassportRequest {
	if f := r.FormdataBody; f != nil {
		return kyc.PassportRequest{
			Extension: f.Extension, From: value(f.From), To: []string{f.To}, WithoutName: f.Name != nil && !*f.Name,
		}
	}
	b := r.JSONBody
	return kyc.PassportRequest{Extension: b.Extension, From: value(b.From), To: b.To, WithoutName: b.Name != nil && !*b.Name}
}

// VerifyPassport implements the operation of that name.
func (s *server) VerifyPassport(ctx context.Context, r VerifyPassportRequestObject) (VerifyPassportResponseObject, error) {
	check := r.JSONBody
	if check == nil {
		check = r.FormdataBody
	}
	v, err := s.pbx(ctx).Callers.CheckPassport(ctx, kyc.PassportCheck{
		Actor: callerOf(ctx).actor(), Header: check.Identity, From: value(check.From), To: value(check.To),
	})
	if err != nil {
		return nil, err
	}
	return VerifyPassport200JSONResponse(verdict(v)), nil
}

// verdict tells nothing of a token that is not to be believed but why.
func verdict(v kyc.PassportVerdict) PassportVerdict {
	if !v.Verified() {
		return PassportVerdict{Refused: &v.Refused, SipStatus: &v.Status, SipReason: &v.Reason}
	}
	c := v.Claims
	attest, orig, dest := PassportVerdictAttest(c.Attest), party(c.Orig), make([]PassportParty, 0, len(c.Dest))
	for _, p := range c.Dest {
		dest = append(dest, party(p))
	}
	out := PassportVerdict{
		Verified: true, Attest: &attest, Orig: &orig, Dest: &dest, Origid: &c.OrigID, IssuedAt: &c.IssuedAt, Signer: &v.Signer, Own: &v.Own,
	}
	if c.Name != "" {
		out.Name = &c.Name
	}
	return out
}

func party(p passport.Party) PassportParty {
	if p.TN != "" {
		return PassportParty{Tn: &p.TN}
	}
	return PassportParty{Uri: &p.URI}
}

var errNoCertificate = &Refusal{Status: http.StatusNotFound, Code: "not_found"}

// GetCertificate implements the operation of that name.
func (s *server) GetCertificate(_ context.Context, r GetCertificateRequestObject) (GetCertificateResponseObject, error) {
	if s.Certificates == nil {
		return nil, errNoCertificate
	}
	text := s.Certificates(r.Name)
	if text == nil {
		return nil, errNoCertificate
	}
	return GetCertificate200ApplicationpemCertificateChainResponse{
		Body: bytes.NewReader(text), ContentLength: int64(len(text)),
		// The name follows from the content; a day is what verifiers keep it for.
		Headers: GetCertificate200ResponseHeaders{CacheControl: new("public, max-age=86400, immutable")},
	}, nil
}
