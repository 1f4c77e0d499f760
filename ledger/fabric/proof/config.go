package proof

import (
	"bytes"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"google.golang.org/protobuf/proto"
)

// Groups and values of a channel's configuration.
const (
	groupApplication = "Application"
	groupOrderer     = "Orderer"
	valueMSP         = "MSP"
)

// LastConfig returns the number of the configuration block that was in force
// when a block was made.
func LastConfig(b *common.Block) (uint64, error) {
	metadata := b.GetMetadata().GetMetadata()
	if len(metadata) <= int(common.BlockMetadataIndex_SIGNATURES) {
		return 0, errors.New("the block is not signed")
	}
	var m common.Metadata
	var value common.OrdererBlockMetadata
	if err := proto.Unmarshal(metadata[common.BlockMetadataIndex_SIGNATURES], &m); err != nil {
		return 0, err
	}
	err := proto.Unmarshal(m.GetValue(), &value)
	return value.GetLastConfig().GetIndex(), err
}

// Organisations returns the MSPs of a channel's members, which may endorse, by
// its configuration block.
func Organisations(config *common.Block) ([]string, error) {
	all, err := mspsOf(config)
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(all, func(_ string, m *member) bool { return !m.application })
	return slices.Sorted(maps.Keys(all)), nil
}

// TrustFile writes what [ParseTrust] reads out of a channel's configuration
// block. Nothing of that is verified: whoever gives the file away answers for
// it, and who gets it compares it over another way.
func TrustFile(config *common.Block, channel, chaincode string, writers []string) ([]byte, error) {
	all, err := mspsOf(config)
	if err != nil {
		return nil, err
	}
	for _, w := range writers {
		if all[w] == nil || !all[w].application {
			return nil, fmt.Errorf("the channel has no organisation %q", w)
		}
	}
	var out bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(all)) {
		m := all[name]
		headers := map[string]string{
			headerChannel: channel, headerChaincode: chaincode, headerMSP: name,
			headerRole: m.role(slices.Contains(writers, name)),
		}
		if err := m.write(&out, headers); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if _, err := ParseTrust(out.Bytes()); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// A member is an organisation of the channel.
type member struct {
	application, orderer bool
	config               *msp.FabricMSPConfig
}

func (m *member) role(writer bool) string {
	var roles []string
	switch {
	case writer:
		roles = append(roles, RoleWriter)
	case m.application:
		roles = append(roles, RoleWitness)
	}
	if m.orderer {
		roles = append(roles, RoleOrderer)
	}
	return strings.Join(roles, ",")
}

func (m *member) write(out *bytes.Buffer, headers map[string]string) error {
	// The checker tells peers from orderers and clients by their node OU.
	ous := m.config.GetFabricNodeOus()
	if !ous.GetEnable() || ous.GetPeerOuIdentifier().GetOrganizationalUnitIdentifier() != ouPeer ||
		(m.orderer && ous.GetOrdererOuIdentifier().GetOrganizationalUnitIdentifier() != ouOrderer) {
		return errors.New("its node OUs are off or not called peer and orderer, which is not supported")
	}
	for _, list := range []struct {
		kind string
		pems [][]byte
	}{
		{typeCertificate, m.config.GetRootCerts()},
		{typeCertificate, m.config.GetIntermediateCerts()},
		{typeCRL, m.config.GetRevocationList()},
	} {
		for _, b := range list.pems {
			block, _ := pem.Decode(b)
			if block == nil || block.Type != list.kind {
				return fmt.Errorf("its configuration has something else for a %s", list.kind)
			}
			block.Headers = headers
			if err := pem.Encode(out, block); err != nil {
				return err
			}
		}
	}
	return nil
}

func mspsOf(config *common.Block) (map[string]*member, error) {
	var (
		envelope common.Envelope
		payload  common.Payload
		channel  common.ConfigEnvelope
	)
	if len(config.GetData().GetData()) != 1 {
		return nil, errors.New("not a configuration block")
	}
	if err := errors.Join(
		proto.Unmarshal(config.GetData().GetData()[0], &envelope),
		proto.Unmarshal(envelope.GetPayload(), &payload),
		proto.Unmarshal(payload.GetData(), &channel),
	); err != nil {
		return nil, fmt.Errorf("not a configuration block: %w", err)
	}
	out := map[string]*member{}
	groups := channel.GetConfig().GetChannelGroup().GetGroups()
	for _, kind := range []string{groupApplication, groupOrderer} {
		for _, group := range groups[kind].GetGroups() {
			var outer msp.MSPConfig
			var inner msp.FabricMSPConfig
			if err := proto.Unmarshal(group.GetValues()[valueMSP].GetValue(), &outer); err != nil {
				return nil, err
			}
			if err := proto.Unmarshal(outer.GetConfig(), &inner); err != nil {
				return nil, err
			}
			m := out[inner.GetName()]
			if m == nil {
				m = &member{config: &inner}
				out[inner.GetName()] = m
			}
			m.application = m.application || kind == groupApplication
			m.orderer = m.orderer || kind == groupOrderer
		}
	}
	if len(out) == 0 {
		return nil, errors.New("not a configuration block: it names no organisation")
	}
	return out, nil
}
