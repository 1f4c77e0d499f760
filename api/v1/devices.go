package v1

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/phone"
)

// Devices is what phones without a form need of [kyc.Flow].
type Devices interface {
	BeginPairing(ctx context.Context, client, source string) (kyc.Pairing, error)
	PollPairing(ctx context.Context, deviceCode string) (token string, err error)
	DeviceSetup(ctx context.Context, token string) (pbx.Setup, error)
}

// deviceGrant is the grant type of RFC 8628 section 3.4.
const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"

// Phones ask for their token every few seconds, several of them from behind
// one address; a source that asks more often is told to slow down before
// anything is looked up.
const (
	deviceTries  = 240
	deviceWindow = time.Minute
)

// AuthorizeDevice implements the operation of that name.
func (s *server) AuthorizeDevice(ctx context.Context, r AuthorizeDeviceRequestObject) (AuthorizeDeviceResponseObject, error) {
	private(ctx)
	source := s.sourceOf(ctx)
	if wait := s.devices.take(source, s.Clock()); wait > 0 {
		return nil, &kyc.RateError{RetryAfter: wait}
	}
	p, err := s.Devices.BeginPairing(ctx, strings.TrimSpace(r.Body.ClientId), source)
	if err != nil {
		return nil, err
	}
	page := s.BaseURL + "/account/phone/pair"
	return AuthorizeDevice200JSONResponse{
		DeviceCode: p.DeviceCode, UserCode: p.UserCode, VerificationUri: page,
		VerificationUriComplete: page + "?" + url.Values{"user_code": {p.UserCode}}.Encode(),
		ExpiresIn:               int(p.Expires.Sub(s.Clock()).Seconds()), Interval: int(p.Interval.Seconds()),
	}, nil
}

// DeviceToken implements the operation of that name.
func (s *server) DeviceToken(ctx context.Context, r DeviceTokenRequestObject) (DeviceTokenResponseObject, error) {
	private(ctx)
	if r.Body.GrantType != deviceGrant {
		return nil, errUnsupportedGrant
	}
	if s.devices.take(s.sourceOf(ctx), s.Clock()) > 0 {
		return nil, kyc.ErrSlowDown
	}
	token, err := s.Devices.PollPairing(ctx, r.Body.DeviceCode)
	if err != nil {
		return nil, err
	}
	return DeviceToken200JSONResponse{AccessToken: token, TokenType: Bearer}, nil
}

func (s *server) sourceOf(ctx context.Context) string {
	c, ok := ctx.(*gin.Context)
	if !ok {
		return "unknown"
	}
	return s.Source(c)
}

// DeviceConfiguration implements the operation of that name.
func (s *server) DeviceConfiguration(ctx context.Context, r DeviceConfigurationRequestObject) (DeviceConfigurationResponseObject, error) {
	private(ctx)
	c, ok := ctx.(*gin.Context)
	if !ok {
		return nil, errUnauthorized
	}
	token, err := s.bearer(c)
	if err != nil {
		return nil, err
	}
	setup, err := s.Devices.DeviceSetup(ctx, token)
	if errors.Is(err, kyc.ErrToken) {
		// A phone that was signed out asks on. It must not keep those behind the
		// same address from their settings, so only what fails is counted.
		if wait := s.strangers.take(s.Source(c), s.Clock()); wait > 0 {
			return nil, &kyc.RateError{RetryAfter: wait}
		}
		return nil, errInvalidToken
	}
	if err != nil {
		return nil, err
	}
	if wantsLinphone(c, r.Params.Format) {
		b, err := phone.Linphone(setup)
		return configuration{"application/xml", b}, err
	}
	b, err := phone.JSON(setup)
	return configuration{"application/json", b}, err
}

func wantsLinphone(c *gin.Context, asked *DeviceConfigurationParamsFormat) bool {
	if asked != nil {
		return *asked == DeviceConfigurationParamsFormatLinphone
	}
	accept := c.GetHeader("Accept")
	return strings.Contains(accept, "xml") && !strings.Contains(accept, "json")
}

// A configuration is what a phone reads.
type configuration struct {
	contentType string
	body        []byte
}

// VisitDeviceConfigurationResponse writes the answer.
func (r configuration) VisitDeviceConfigurationResponse(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", r.contentType)
	w.WriteHeader(http.StatusOK)
	_, err := w.Write(r.body)
	return err
}

// An oauthAnswer is what a phone is told of an error.
type oauthAnswer struct {
	err  error
	code OAuthErrorError
}

// oauthErrors are the answers of RFC 8628 section 3.5 by the flow's errors.
var oauthErrors = []oauthAnswer{
	{kyc.ErrPending, OAuthPending},
	{kyc.ErrSlowDown, OAuthSlowDown},
	{kyc.ErrDenied, OAuthDenied},
	{kyc.ErrExpired, OAuthExpired},
	{errUnsupportedGrant, OAuthUnsupportedGrant},
}

// expected reports whether an error is a phone's everyday answer.
func expected(err error) bool {
	return slices.ContainsFunc(oauthErrors, func(known oauthAnswer) bool { return errors.Is(err, known.err) })
}

// isOAuth reports whether a route's errors have the form of RFC 6749.
func isOAuth(route string) bool {
	return route == "/v1/devices/authorize" || route == "/v1/devices/token"
}

// oauthError is the status and the code of RFC 6749 section 5.2 for an error.
func oauthError(err error) (int, OAuthErrorError) {
	for _, known := range oauthErrors {
		if errors.Is(err, known.err) {
			return http.StatusBadRequest, known.code
		}
	}
	status, code := Classify(err)
	switch {
	case status == http.StatusTooManyRequests:
		return status, OAuthSlowDown
	case status == http.StatusServiceUnavailable:
		return status, OAuthUnavailable
	case code == codeInternal:
		return status, OAuthServerError
	default:
		return http.StatusBadRequest, OAuthInvalidRequest
	}
}

// oauthProblem answers phones, for which there are no words.
func oauthProblem(c *gin.Context, err error) {
	status, code := oauthError(err)
	if wait := RetryAfter(err); wait > 0 {
		c.Header("Retry-After", strconv.Itoa(wait))
	}
	c.Abort()
	c.Header("Cache-Control", "no-store")
	b, failed := json.Marshal(OAuthError{Error: code})
	if failed != nil {
		c.Status(http.StatusInternalServerError)
		return
	}
	c.Data(status, "application/json", append(b, '\n'))
}
