package fabric

import (
	"context"
	"errors"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/vouchline/vouchline/ledger"
)

func TestErrorsOfTheGateway(t *testing.T) {
	t.Parallel()
	with := func(code codes.Code, message string, details ...string) error {
		s := status.New(code, message)
		for _, d := range details {
			next, err := s.WithDetails(&gateway.ErrorDetail{Message: d})
			if err != nil {
				t.Fatal(err)
			}
			s = next
		}
		return s.Err()
	}
	for _, c := range []struct {
		name  string
		judge func(error) error
		err   error
		want  error
	}{
		{"the contract refuses an endorsement", beforeSubmission, with(codes.Aborted, "failed to endorse", "chaincode response 500, exists: another identity has this id"), ledger.ErrExists},
		{"the contract refuses a query", beforeSubmission, with(codes.Unknown, "evaluate call: chaincode response 500, not_found: no such identity"), ledger.ErrNotFound},
		{"a chaincode that is down", beforeSubmission, with(codes.Aborted, "failed to endorse", "error in simulation: connection refused"), ledger.ErrUnavailable},
		{"another text of the chaincode", beforeSubmission, with(codes.Aborted, "failed", "chaincode response 500, decode record: not_found"), ledger.ErrUnavailable},
		{"a peer that is down", beforeSubmission, with(codes.Unavailable, "connection refused"), ledger.ErrUnavailable},
		{"an orderer that is down", afterSubmission, with(codes.Unavailable, "no orderers could successfully process transaction"), ledger.ErrUnknown},
		{"no commit status in time", afterSubmission, context.DeadlineExceeded, ledger.ErrUnknown},
		{"the channel refuses", afterSubmission, with(codes.Aborted, "no orderers", "rejected: status=FORBIDDEN, info=Writers"), ledger.ErrForbidden},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := c.judge(c.err); !errors.Is(got, c.want) {
				t.Errorf("judge(%v) = %v, want %v", c.err, got, c.want)
			}
		})
	}
}
