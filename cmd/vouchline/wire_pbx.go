package main

import (
	"context"
	"crypto/tls"
	"net"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/asterisk"
	"github.com/vouchline/vouchline/pbx/kamailio"
)

// An exchange is a PBX as the operator chose it: told of lines, and, where it
// can be, asked who is registered and listened to.
type exchange struct {
	provisioner kyc.Provisioner
	registrar   kyc.Registrar      // nil where it does not say
	events      kyc.SecuritySource // likewise
}

// publisher shows a line to PBXs that read our database.
type publisher func(ctx context.Context, a pbx.Account) error

// fetched stands for a PBX that fetches the accounts itself, by API or
// command: there is nothing to set and nothing to read back.
type fetched struct{}

// Provision implements kyc.Provisioner.
func (fetched) Provision(context.Context, pbx.Account) error { return nil }

// newExchange makes the PBX's adapter. Nothing is connected yet: a PBX that is
// away must not keep the service from starting.
func newExchange(g *Globals, s PBXSettings, dataDir string, publish publisher) (x exchange, err error) {
	switch s.PBX {
	case "asterisk", "asterisk-realtime":
		return newAsterisk(g, s, dataDir, publish)
	case "kamailio":
		return newKamailio(g, s, publish)
	default:
		return exchange{provisioner: fetched{}}, nil
	}
}

func newAsterisk(g *Globals, s PBXSettings, dataDir string, publish publisher) (x exchange, err error) {
	ami, err := newAMI(g, s)
	if err != nil {
		return x, err
	}
	if ami != nil {
		x.registrar, x.events = ami, ami
	}
	hangUp := s.PBXHangup == "on"
	if s.PBX == "asterisk-realtime" {
		x.provisioner, err = asterisk.NewRealtime(asterisk.RealtimeConfig{
			Publish: publish, AMI: ami, HangUp: hangUp, Logger: g.Log, Clock: time.Now,
		})
		return x, err
	}
	x.provisioner, err = asterisk.New(asterisk.Config{
		Dir: s.PBXPath(dataDir), Console: s.PBXConsole, Reload: s.PBXReload, Show: s.PBXShow, AMI: ami, HangUp: hangUp,
		Logger: g.Log, Clock: time.Now,
	})
	return x, err
}

// newAMI returns nil where the operator has no manager interface for us.
func newAMI(g *Globals, s PBXSettings) (*asterisk.AMI, error) {
	if s.PBXAMI == "" {
		return nil, nil //nolint:nilnil // see above
	}
	secret, err := s.AMISecret()
	if err != nil {
		return nil, err
	}
	config := asterisk.AMIConfig{Address: s.PBXAMI, Username: s.PBXAMIUser, Secret: secret.Reveal(), Logger: g.Log, Clock: time.Now}
	if s.PBXAMITLS == "on" {
		host, _, err := net.SplitHostPort(s.PBXAMI)
		if err != nil {
			return nil, err
		}
		config.TLS = &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	}
	return asterisk.NewAMI(config)
}

func newKamailio(g *Globals, s PBXSettings, publish publisher) (x exchange, err error) {
	token, err := s.KamailioToken()
	if err != nil {
		return x, err
	}
	registrar, err := kamailio.NewRegistrar(kamailio.Config{
		Nodes: s.PBXKamailioRPC, Token: pbx.Password(token.Reveal()), Logger: g.Log, Clock: time.Now,
	})
	if err != nil {
		return x, err
	}
	x.registrar, x.events = registrar, registrar
	x.provisioner, err = kamailio.NewProvisioner(kamailio.ProvisionerConfig{
		Publish: publish, Registrar: registrar, HangUp: s.PBXHangup == "on", Logger: g.Log, Clock: time.Now,
	})
	return x, err
}
