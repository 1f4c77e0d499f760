package fabric

import (
	"fmt"
	"strings"

	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/vouchline/vouchline/ledger"
)

// again repeats a step that writes nothing while the connection is moving from
// a peer that was lost to the next one of the profile.
func again[T any](step func() (T, error)) (v T, err error) {
	for range 3 {
		if v, err = step(); status.Code(err) != codes.Unavailable {
			break
		}
	}
	return v, err
}

// beforeSubmission tells a refusal by the contract from a network that does
// not work. Either way nothing was written.
func beforeSubmission(err error) error {
	if refusal := refusalIn(err); refusal != nil {
		return refusal
	}
	return fmt.Errorf("%w: %w", ledger.ErrUnavailable, err)
}

// afterSubmission: the orderer's refusal is the only certain answer.
func afterSubmission(err error) error {
	for _, text := range texts(err) {
		if strings.Contains(text, "status=FORBIDDEN") {
			return &ledger.Error{Code: ledger.CodeForbidden, Detail: "the channel's policy refused it"}
		}
	}
	return fmt.Errorf("%w: %w", ledger.ErrUnknown, err)
}

// refusalIn finds the contract's own words in what the gateway reports; nil
// where there are none. The chaincode's text is in the details, behind
// Fabric's words for the fact.
func refusalIn(err error) error {
	for _, text := range texts(err) {
		_, words, found := strings.Cut(text, "chaincode response 500, ")
		if !found {
			continue
		}
		if refusal, ok := ledger.ParseError(words); ok {
			return refusal
		}
		if refusal, ok := ledger.ParseItemError(words); ok {
			return refusal
		}
	}
	return nil
}

func texts(err error) []string {
	s := status.Convert(err)
	out := []string{s.Message()}
	for _, d := range s.Details() {
		if detail, ok := d.(*gateway.ErrorDetail); ok {
			out = append(out, detail.GetMessage())
		}
	}
	return out
}
