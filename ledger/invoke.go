package ledger

import (
	"bytes"
	"encoding/json"
	"io"
)

// The functions [Contract.Invoke] knows. Their names are part of the wire.
const (
	FuncRegisterOrganisation  = "RegisterOrganisation"
	FuncOrganisation          = "Organisation"
	FuncSetOrganisationStatus = "SetOrganisationStatus"
	FuncIssueIdentity         = "IssueIdentity"
	FuncIdentity              = "Identity"
	FuncSetStatus             = "SetStatus"
	FuncSetOrganisationKey    = "SetOrganisationKey"
	FuncIssueIdentities       = "IssueIdentities"
	FuncUpdateIdentity        = "UpdateIdentity"
	FuncEraseIdentity         = "EraseIdentity"
	FuncHistory               = "History"
	FuncAddKey                = "AddKey"
	FuncRevokeKey             = "RevokeKey"
	FuncKeys                  = "Keys"
	FuncGrantConsent          = "GrantConsent"
	FuncRevokeConsent         = "RevokeConsent"
	FuncConsents              = "Consents"
	FuncDisclose              = "Disclose"
	FuncIssueCredential       = "IssueCredential"
	FuncSetCredentialStatus   = "SetCredentialStatus"
	FuncCredentialStatus      = "CredentialStatus"
)

// MaxBatch is how many identities one transaction may issue.
const MaxBatch = 100

// An OrganisationKey is the request of SetOrganisationKey.
type OrganisationKey struct {
	ID  string    `json:"id"`
	Key PublicKey `json:"key"`
}

// A ByID is the request of the two reading functions.
type ByID struct {
	ID string `json:"id"`
}

// A StatusChange is the request of SetStatus; SetOrganisationStatus takes it
// without a reason.
type StatusChange struct {
	ID     string `json:"id"`
	Status Status `json:"status"`
	Reason string `json:"reason,omitempty"`
}

// An Answer is what a function leaves, in the form of the wire. TxID is the
// transaction that brought the record to this form: this one, if it wrote; an
// earlier one, if there was nothing left to do.
type Answer struct {
	TxID   string          `json:"tx_id"`
	Record json.RawMessage `json:"record"`
}

// Invoke runs the function that a request from the wire names and returns an
// [Answer] as JSON. The request must be byte for byte what
// encoding/json writes for it, which leaves no room for a second value of the
// same key, a field in another case, or a comment in white space: Fabric keeps
// the request in the block, where nothing is ever removed.
func (c Contract) Invoke(s State, function string, request []byte) ([]byte, error) {
	switch function {
	case FuncRegisterOrganisation:
		return serve(request, byOrganisation, func(o Organisation) (Organisation, error) { return c.RegisterOrganisation(s, o) })
	case FuncOrganisation:
		return serve(request, byOrganisation, func(r ByID) (Organisation, error) { return c.Organisation(s, r.ID) })
	case FuncSetOrganisationStatus:
		return serve(request, byOrganisation, func(r StatusChange) (Organisation, error) {
			if r.Reason != "" {
				return Organisation{}, invalid("an organisation's status takes no reason")
			}
			return c.SetOrganisationStatus(s, r.ID, r.Status)
		})
	case FuncIssueIdentity:
		return serve(request, byIdentity, func(i Issue) (Identity, error) { return c.IssueIdentity(s, i) })
	case FuncIdentity:
		return serve(request, byIdentity, func(r ByID) (Identity, error) { return c.Identity(s, r.ID) })
	case FuncSetStatus:
		return serve(request, byIdentity, func(r StatusChange) (Identity, error) {
			return c.SetStatus(s, r.ID, r.Status, r.Reason)
		})
	default:
		return nil, invalid("no such function")
	}
}

func byOrganisation(o Organisation) string { return o.TxID }
func byIdentity(i Identity) string         { return i.UpdateTxID }

// serve decodes a request, runs f and encodes what it leaves; by says which
// transaction left it so.
func serve[In, Out any](request []byte, by func(Out) string, f func(In) (Out, error)) ([]byte, error) {
	in, err := decodeRequest[In](request)
	if err != nil {
		return nil, err
	}
	out, err := f(in)
	if err != nil {
		return nil, err
	}
	record, err := json.Marshal(out)
	if err != nil {
		return nil, err
	}
	return json.Marshal(Answer{TxID: by(out), Record: record})
}

func decodeRequest[T any](request []byte) (v T, err error) {
	if len(request) > MaxRequestSize {
		return v, invalid("the request is too large")
	}
	d := json.NewDecoder(bytes.NewReader(request))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		return v, invalid("the request is not JSON of the function's form")
	}
	if _, err := d.Token(); err != io.EOF { //nolint:errorlint // Token returns io.EOF bare
		return v, invalid("the request has something after its end")
	}
	again, err := json.Marshal(v)
	if err != nil || !bytes.Equal(again, request) {
		return v, invalid("the request is not in canonical form")
	}
	return v, nil
}
