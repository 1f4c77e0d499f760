package proof

import (
	"encoding/pem"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
)

// configuration forges a channel's configuration block.
func (w *world) configuration(t testing.TB, mend func(*msp.FabricMSPConfig)) *common.Block {
	t.Helper()
	groups := map[string]*common.ConfigGroup{groupApplication: {Groups: map[string]*common.ConfigGroup{}}, groupOrderer: {Groups: map[string]*common.ConfigGroup{}}}
	for _, m := range []struct {
		group, name string
		ca          *certifier
	}{
		{groupApplication, "Org1MSP", w.ca1},
		{groupApplication, "Org2MSP", w.ca2},
		{groupOrderer, "OrdererMSP", w.caOrderer},
		{groupOrderer, "Org2MSP", w.ca2},
	} {
		config := &msp.FabricMSPConfig{
			Name:      m.name,
			RootCerts: [][]byte{pem.EncodeToMemory(&pem.Block{Type: typeCertificate, Bytes: m.ca.cert.Raw})},
			FabricNodeOus: &msp.FabricNodeOUs{
				Enable:              true,
				PeerOuIdentifier:    &msp.FabricOUIdentifier{OrganizationalUnitIdentifier: ouPeer},
				OrdererOuIdentifier: &msp.FabricOUIdentifier{OrganizationalUnitIdentifier: ouOrderer},
			},
		}
		if mend != nil {
			mend(config)
		}
		value := marshal(t, &msp.MSPConfig{Config: marshal(t, config)})
		groups[m.group].Groups[m.name] = &common.ConfigGroup{Values: map[string]*common.ConfigValue{valueMSP: {Value: value}}}
	}
	payload := marshal(t, &common.Payload{Data: marshal(t, &common.ConfigEnvelope{
		Config: &common.Config{ChannelGroup: &common.ConfigGroup{Groups: groups}},
	})})
	return &common.Block{Data: &common.BlockData{Data: [][]byte{marshal(t, &common.Envelope{Payload: payload})}}}
}

func TestTrustFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	config := w.configuration(t, nil)
	if got, err := Organisations(config); err != nil || !slices.Equal(got, []string{"Org1MSP", "Org2MSP"}) {
		t.Errorf("Organisations() = %q, %v; want those of the application", got, err)
	}
	b, err := TrustFile(config, testChannel, testChaincode, []string{"Org1MSP"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseTrust(b)
	if err != nil {
		t.Fatal(err)
	}
	roles := map[string][]string{}
	for name, a := range got.authorities {
		roles[name] = a.roles
	}
	want := map[string][]string{"Org1MSP": {RoleWriter}, "Org2MSP": {RoleWitness, RoleOrderer}, "OrdererMSP": {RoleOrderer}}
	if diff := cmp.Diff(want, roles); diff != "" || !slices.Equal(got.Writers, []string{"Org1MSP"}) {
		t.Errorf("TrustFile(): writers %q, roles (-want +got):\n%s", got.Writers, diff)
	}
	if _, err := got.Check(w.proof(t)); err != nil {
		t.Errorf("Check() with the trust file = %v", err)
	}
}

func TestTrustFilesThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct {
		name   string
		config *common.Block
		writer string
		want   string
	}{
		{"an unknown writer", w.configuration(t, nil), "Org3MSP", "no organisation"},
		{"an orderer as writer", w.configuration(t, nil), "OrdererMSP", "no organisation"},
		{"without node OUs", w.configuration(t, func(m *msp.FabricMSPConfig) { m.FabricNodeOus = nil }), "Org1MSP", "node OUs"},
		{"other node OUs", w.configuration(t, func(m *msp.FabricMSPConfig) {
			m.FabricNodeOus.PeerOuIdentifier.OrganizationalUnitIdentifier = "node"
		}), "Org1MSP", "node OUs"},
		{"a certificate that is none", w.configuration(t, func(m *msp.FabricMSPConfig) { m.RootCerts = [][]byte{[]byte("PEM")} }), "Org1MSP", "something else"},
		{"another block", w.block(t), "Org1MSP", "not a configuration block"},
	} {
		if _, err := TrustFile(c.config, testChannel, testChaincode, []string{c.writer}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: TrustFile() = %v, want %q", c.name, err, c.want)
		}
	}
}
