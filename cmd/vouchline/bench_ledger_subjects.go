package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strconv"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/disclosure"
)

// benchSubjects are the people of one run. They are made of its name and their
// numbers: nobody's data is in them.
type benchSubjects struct {
	run string // drawn: the ids of another run are others
}

// benchAttributes are as many as a document gives.
var benchAttributes = []string{
	"family_names", "given_names", "birth_date", "sex", "nationality", "issuing_state", "document_number", "expiry_date",
}

func (s benchSubjects) id(k int) string { return benchPrefix + s.run + "-" + strconv.Itoa(k) }

// issue is the request to mint the identity number k, with its attributes
// sealed as the service seals them.
func (s benchSubjects) issue(k int) (ledger.Issue, error) {
	in := ledger.Issue{
		ID: s.id(k), Attributes: map[string]string{}, Nullifiers: []string{s.digest(k, "nullifier")},
		HolderKey: s.digest(k, "holder"), Assurance: "bench",
	}
	attributes := map[string]disclosure.Attribute{}
	for _, name := range benchAttributes {
		attributes[name] = disclosure.Attribute{Value: "nobody " + strconv.Itoa(k), Salt: []byte(s.digest(k, name))[:32]}
		in.Attributes[name] = ledger.Digest(name, attributes[name].Value, attributes[name].Salt)
	}
	key, err := disclosure.NewKey(rand.Reader)
	if err != nil {
		return in, err
	}
	if in.Sealed, err = disclosure.Seal(rand.Reader, key, in.ID, attributes); err != nil {
		return in, err
	}
	sum := sha256.Sum256(in.Sealed)
	in.SealedDigest = base64.RawURLEncoding.EncodeToString(sum[:])
	return in, nil
}

// issues are the requests for n identities from number first, or for their
// records alone, which shows what the sealed attributes cost.
func (s benchSubjects) issues(first, n int, alone bool) ([]ledger.Issue, error) {
	in := make([]ledger.Issue, n)
	for k := range in {
		var err error
		if in[k], err = s.issue(first + k); err != nil {
			return nil, err
		}
		if alone {
			in[k].Sealed, in[k].SealedDigest = nil, ""
		}
	}
	return in, nil
}

func (s benchSubjects) digest(k int, what string) string {
	sum := sha256.Sum256([]byte(s.id(k) + "/" + what))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
