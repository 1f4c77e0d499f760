package proof

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

// A transaction is one call of the chaincode and what peers endorsed of it.
type transaction struct {
	id           string
	at           time.Time // by the creator's clock
	creator      []byte
	function     string
	request      []byte
	answer       []byte
	results      []byte // read and write sets
	endorsed     []byte // what the endorsers signed, before their own identity
	endorsements []*peer.Endorsement
}

// open reads a transaction's payload. It checks that its parts belong to each
// other and to the channel and chaincode, and no signature.
func (t Trust) open(raw []byte) (tx transaction, err error) {
	payload, err := decode[common.Payload]("a transaction's payload", raw)
	if err != nil {
		return tx, err
	}
	if err := t.openHeader(payload.GetHeader(), &tx); err != nil {
		return tx, err
	}
	actions, err := decode[peer.Transaction]("a transaction", payload.GetData())
	if err != nil {
		return tx, err
	}
	if len(actions.GetActions()) != 1 {
		return tx, refused("a transaction has not one action")
	}
	if !bytes.Equal(actions.GetActions()[0].GetHeader(), payload.GetHeader().GetSignatureHeader()) {
		return tx, refused("a transaction's action is of another creator")
	}
	action, err := decode[peer.ChaincodeActionPayload]("a transaction's action", actions.GetActions()[0].GetPayload())
	if err != nil {
		return tx, err
	}
	if err := t.openProposal(action.GetChaincodeProposalPayload(), &tx); err != nil {
		return tx, err
	}
	tx.endorsed = action.GetAction().GetProposalResponsePayload()
	tx.endorsements = action.GetAction().GetEndorsements()
	err = t.openResponse(payload.GetHeader(), action.GetChaincodeProposalPayload(), &tx)
	return tx, err
}

func (t Trust) openHeader(h *common.Header, tx *transaction) error {
	channel, err := decode[common.ChannelHeader]("a channel header", h.GetChannelHeader())
	if err != nil {
		return err
	}
	creator, err := decode[common.SignatureHeader]("a signature header", h.GetSignatureHeader())
	if err != nil {
		return err
	}
	extension, err := decode[peer.ChaincodeHeaderExtension]("a channel header's extension", channel.GetExtension())
	if err != nil {
		return err
	}
	sum := sha256.Sum256(append(bytes.Clone(creator.GetNonce()), creator.GetCreator()...))
	switch {
	case channel.GetType() != int32(common.HeaderType_ENDORSER_TRANSACTION):
		return refused("a transaction is not a call of a chaincode")
	case channel.GetChannelId() != t.Channel:
		return refused("a transaction is of the channel %q, not %q", channel.GetChannelId(), t.Channel)
	case extension.GetChaincodeId().GetName() != t.Chaincode:
		return refused("a transaction calls the chaincode %q, not %q", extension.GetChaincodeId().GetName(), t.Chaincode)
	case channel.GetTxId() != hex.EncodeToString(sum[:]):
		return refused("a transaction's id is not made from its creator and nonce")
	// Of the zero time crypto/x509 would understand the present one.
	case !channel.GetTimestamp().IsValid() || channel.GetTimestamp().AsTime().IsZero():
		return refused("a transaction has no time")
	}
	tx.id, tx.at, tx.creator = channel.GetTxId(), channel.GetTimestamp().AsTime(), creator.GetCreator()
	return nil
}

func (t Trust) openProposal(raw []byte, tx *transaction) error {
	proposal, err := decode[peer.ChaincodeProposalPayload]("a proposal", raw)
	if err != nil {
		return err
	}
	call, err := decode[peer.ChaincodeInvocationSpec]("a proposal's call", proposal.GetInput())
	if err != nil {
		return err
	}
	args := call.GetChaincodeSpec().GetInput().GetArgs()
	switch {
	case len(proposal.GetTransientMap()) > 0:
		return refused("a proposal holds transient data, which belongs in no file")
	case call.GetChaincodeSpec().GetChaincodeId().GetName() != t.Chaincode:
		return refused("a proposal calls another chaincode than its header says")
	case len(args) != 2:
		return refused("a proposal is not one function on one request")
	}
	tx.function, tx.request = string(args[0]), args[1]
	return nil
}

// openResponse reads what the endorsers signed, which binds the proposal by
// its hash.
func (t Trust) openResponse(h *common.Header, proposal []byte, tx *transaction) error {
	response, err := decode[peer.ProposalResponsePayload]("a proposal response", tx.endorsed)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(bytes.Join([][]byte{h.GetChannelHeader(), h.GetSignatureHeader(), proposal}, nil))
	if !bytes.Equal(sum[:], response.GetProposalHash()) {
		return refused("the endorsers answered another proposal")
	}
	action, err := decode[peer.ChaincodeAction]("a proposal response's action", response.GetExtension())
	if err != nil {
		return err
	}
	switch {
	case action.GetChaincodeId().GetName() != t.Chaincode:
		return refused("the endorsers ran the chaincode %q, not %q", action.GetChaincodeId().GetName(), t.Chaincode)
	case action.GetResponse().GetStatus() != int32(common.Status_SUCCESS):
		return refused("the chaincode answered with status %d", action.GetResponse().GetStatus())
	}
	tx.answer, tx.results = action.GetResponse().GetPayload(), action.GetResults()
	return nil
}

// endorsers verifies every endorsement. One that does not hold makes the whole
// proof worthless: an honest one has none.
func (t Trust) endorsers(tx transaction, roles ...string) ([]signer, error) {
	out := make([]signer, 0, len(tx.endorsements))
	for _, e := range tx.endorsements {
		s, err := t.identify("an endorser", e.GetEndorser(), tx.at, ouPeer, roles...)
		if err != nil {
			return nil, err
		}
		if err := s.verify("an endorser", e.GetSignature(), tx.endorsed, e.GetEndorser()); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}
