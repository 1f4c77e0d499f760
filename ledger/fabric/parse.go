package fabric

import (
	"encoding/json"
	"regexp"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"

	"github.com/vouchline/vouchline/ledger"
)

// A block holds whatever a writer of the channel sent, valid or not. So
// nothing read here may fail the whole block, and no text of it is shown
// unless it has the form of a name: an invalid transaction's function or
// caller could be a sentence, or a person's name.
var (
	name  = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)
	hexID = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

func only(form *regexp.Regexp, text string) string {
	if !form.MatchString(text) {
		return ""
	}
	return text
}

// headersOf returns an envelope's payload and channel header, empty where they
// cannot be read.
func headersOf(envelope []byte) (*common.Payload, *common.ChannelHeader) {
	var (
		e       common.Envelope
		payload common.Payload
		header  common.ChannelHeader
	)
	if proto.Unmarshal(envelope, &e) != nil || proto.Unmarshal(e.GetPayload(), &payload) != nil ||
		proto.Unmarshal(payload.GetHeader().GetChannelHeader(), &header) != nil {
		return &common.Payload{}, &common.ChannelHeader{}
	}
	return &payload, &header
}

// idOf returns the transaction id of an envelope; empty where there is none.
func idOf(envelope []byte) string {
	_, header := headersOf(envelope)
	return only(hexID, header.GetTxId())
}

// transactionIn reads one transaction of the chaincode; false for every other.
// The arguments are in the envelope too, and stay there.
func transactionIn(envelope []byte, chaincode string) (ledger.Transaction, bool) {
	payload, header := headersOf(envelope)
	var extension peer.ChaincodeHeaderExtension
	if header.GetType() != int32(common.HeaderType_ENDORSER_TRANSACTION) ||
		proto.Unmarshal(header.GetExtension(), &extension) != nil || extension.GetChaincodeId().GetName() != chaincode {
		return ledger.Transaction{}, false
	}
	var (
		signature common.SignatureHeader
		caller    msp.SerializedIdentity
	)
	if proto.Unmarshal(payload.GetHeader().GetSignatureHeader(), &signature) == nil {
		_ = proto.Unmarshal(signature.GetCreator(), &caller)
	}
	function, events := actionIn(payload.GetData(), chaincode)
	return ledger.Transaction{
		TxID: only(hexID, header.GetTxId()), Function: only(name, function), Caller: only(name, caller.GetMspid()),
		Time: header.GetTimestamp().AsTime(), Events: events, Size: len(envelope),
	}, true
}

// actionIn returns the function that was called and the events it emitted.
func actionIn(data []byte, chaincode string) (function string, events []ledger.Event) {
	var (
		tx         peer.Transaction
		action     peer.ChaincodeActionPayload
		proposal   peer.ChaincodeProposalPayload
		invocation peer.ChaincodeInvocationSpec
		response   peer.ProposalResponsePayload
		result     peer.ChaincodeAction
		event      peer.ChaincodeEvent
	)
	if proto.Unmarshal(data, &tx) != nil || len(tx.GetActions()) == 0 || proto.Unmarshal(tx.GetActions()[0].GetPayload(), &action) != nil {
		return "", nil
	}
	if proto.Unmarshal(action.GetChaincodeProposalPayload(), &proposal) == nil && proto.Unmarshal(proposal.GetInput(), &invocation) == nil {
		if args := invocation.GetChaincodeSpec().GetInput().GetArgs(); len(args) > 0 {
			function = string(args[0])
		}
	}
	if proto.Unmarshal(action.GetAction().GetProposalResponsePayload(), &response) == nil &&
		proto.Unmarshal(response.GetExtension(), &result) == nil && proto.Unmarshal(result.GetEvents(), &event) == nil &&
		event.GetChaincodeId() == chaincode && event.GetEventName() == ledger.EventName {
		events, _ = decodeEvents(event.GetPayload())
	}
	return function, events
}

func decodeEvents(payload []byte) (events []ledger.Event, err error) {
	err = json.Unmarshal(payload, &events)
	return events, err
}
