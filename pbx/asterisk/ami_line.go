package asterisk

import (
	"context"
	"errors"
	"strings"
)

// reload makes Asterisk read its files again.
func (a *AMI) reload(ctx context.Context) error {
	return a.with(ctx, func(s *session) error {
		_, err := s.do("Reload", field{"Module", "res_pjsip.so"})
		return err
	})
}

// lookup asks who may use a line, and by which digests.
func (a *AMI) lookup(ctx context.Context, extension string) (users, error) {
	var found users
	err := a.with(ctx, func(s *session) error {
		return s.list("PJSIPShowEndpoint", []field{{"Endpoint", extension}}, func(m message) error {
			switch m.get("Event") {
			case "EndpointDetail":
				found = users{}
			case "AuthDetail":
				if found != nil {
					found[m.get("Username")] = sorted(strings.Split(m.get("PasswordDigest"), ","))
				}
			}
			return nil
		})
	})
	// Refused for another reason, such as a right that is missing, it proves
	// nothing.
	if errors.Is(err, ErrRefused) && strings.Contains(err.Error(), "Unable to retrieve endpoint "+extension) {
		return nil, nil //nolint:nilnil // no such line
	}
	return found, err
}

// hangUp ends the calls of a line. A channel is named by technology, endpoint (the
// line, or one of its browsers) and a number in hexadecimal.
func (s *session) hangUp(extension string) error {
	pattern := "/^PJSIP/" + extension + "-([0-9a-z]+-)?[0-9a-f]+$/"
	return s.list("Hangup", []field{{"Channel", pattern}}, func(message) error { return nil })
}
