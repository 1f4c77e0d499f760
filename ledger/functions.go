package ledger

// The functions [Contract.Invoke] knows. Their names are part of the wire.
const (
	FuncRegisterOrganisation  = "RegisterOrganisation"
	FuncOrganisation          = "Organisation"
	FuncOrganisations         = "Organisations"
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

// An OrganisationKey is the request of SetOrganisationKey.
type OrganisationKey struct {
	ID    string    `json:"id"`
	Key   PublicKey `json:"key"`
	After string    `json:"after,omitempty"` // see SetOrganisationStatus
}

// A Nothing is the request of functions that need none.
type Nothing struct{}

// A ByID is the request of functions that need no more than an id.
type ByID struct {
	ID string `json:"id"`
}

// A StatusChange is the request of SetStatus and SetCredentialStatus.
type StatusChange struct {
	ID     string `json:"id"`
	Status Status `json:"status"`
	Reason string `json:"reason,omitempty"`
}

// An OrganisationStatus is the request of SetOrganisationStatus.
type OrganisationStatus struct {
	ID     string `json:"id"`
	Status Status `json:"status"`
	After  string `json:"after,omitempty"`
}

// functions is the whole table: what is absent does not exist.
var functions = map[string]function{
	FuncRegisterOrganisation:  of(Contract.RegisterOrganisation, Organisation.lastTx),
	FuncOrganisation:          byID(Contract.Organisation, Organisation.lastTx),
	FuncOrganisations:         of(Contract.organisations, none[Organisation]),
	FuncSetOrganisationStatus: of(Contract.setOrganisationStatus, Organisation.lastTx),
	FuncSetOrganisationKey:    of(Contract.setOrganisationKey, Organisation.lastTx),

	FuncIssueIdentity:  of(Contract.IssueIdentity, Identity.lastTx),
	FuncUpdateIdentity: of(Contract.UpdateIdentity, Identity.lastTx),
	FuncSetStatus:      of(Contract.setStatus, Identity.lastTx),
	FuncEraseIdentity:  byID(Contract.EraseIdentity, Identity.lastTx),
	FuncIdentity:       byID(Contract.Identity, Identity.lastTx),
	FuncHistory:        byID(Contract.History, none[Change]),

	FuncAddKey:    of(Contract.AddKey, SubscriberKey.lastTx),
	FuncRevokeKey: of(Contract.RevokeKey, SubscriberKey.lastTx),
	FuncKeys:      byID(Contract.Keys, none[SubscriberKey]),

	FuncGrantConsent:  of(Contract.GrantConsent, Consent.lastTx),
	FuncRevokeConsent: of(Contract.RevokeConsent, Consent.lastTx),
	FuncConsents:      byID(Contract.Consents, none[Consent]),
	FuncDisclose:      of(Contract.Disclose, func(d Disclosure) string { return d.Consent.TxID }),

	FuncIssueCredential:     of(Contract.IssueCredential, Credential.lastTx),
	FuncSetCredentialStatus: of(Contract.setCredentialStatus, Credential.lastTx),
	FuncCredentialStatus: byID(Contract.CredentialStatus, func(s CredentialStatus) string {
		return s.Credential.TxID
	}),
}

func (o Organisation) lastTx() string  { return o.TxID }
func (i Identity) lastTx() string      { return i.UpdateTxID }
func (k SubscriberKey) lastTx() string { return k.TxID }
func (c Consent) lastTx() string       { return c.TxID }
func (c Credential) lastTx() string    { return c.TxID }

// none: a list that is only read has no transaction of its own.
func none[T any]([]T) string { return "" }

func (c Contract) organisations(s State, _ Nothing) ([]Organisation, error) {
	return c.Organisations(s)
}

func (c Contract) setOrganisationStatus(s State, r OrganisationStatus) (Organisation, error) {
	return c.SetOrganisationStatus(s, r.ID, r.Status, r.After)
}

func (c Contract) setOrganisationKey(s State, r OrganisationKey) (Organisation, error) {
	return c.SetOrganisationKey(s, r.ID, r.Key, r.After)
}

func (c Contract) setStatus(s State, r StatusChange) (Identity, error) {
	return c.SetStatus(s, r.ID, r.Status, r.Reason)
}

func (c Contract) setCredentialStatus(s State, r StatusChange) (Credential, error) {
	return c.SetCredentialStatus(s, r.ID, r.Status, r.Reason)
}
