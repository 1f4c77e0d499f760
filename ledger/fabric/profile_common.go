package fabric

import (
	"net/url"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
)

// commonProfile is what we read of Fabric's common connection profile. It
// names peers and organisations and nobody's identity: certificate, key,
// channel and chaincode come from our own file. JSON is YAML too.
type commonProfile struct {
	Client struct {
		Organization string `yaml:"organization"`
	} `yaml:"client"`
	Organizations map[string]commonOrganisation `yaml:"organizations"`
	Peers         map[string]commonPeer         `yaml:"peers"`
}

type commonOrganisation struct {
	MSPID string   `yaml:"mspid"`
	Peers []string `yaml:"peers"`
}

type commonPeer struct {
	URL        string `yaml:"url"`
	TLSCACerts struct {
		PEM  string `yaml:"pem"`
		Path string `yaml:"path"`
	} `yaml:"tlsCACerts"`
	GRPCOptions struct {
		Override string `yaml:"ssl-target-name-override"`
		Hostname string `yaml:"hostnameOverride"` // the same, in older files
	} `yaml:"grpcOptions"`
}

// common reads a connection profile at path into p.
func (r *profileReader) common(path string, p *Profile) {
	b, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		r.fault("connection_profile: %w", err)
		return
	}
	var f commonProfile
	if err := yaml.Unmarshal(b, &f); err != nil {
		r.fault("connection_profile: %w", err)
		return
	}
	r.need("connection_profile: client.organization", f.Client.Organization)
	org, ok := f.Organizations[f.Client.Organization]
	if f.Client.Organization != "" && !ok {
		r.fault("connection_profile: organizations.%s is missing", f.Client.Organization)
	}
	switch {
	case p.MSPID == "":
		p.MSPID = org.MSPID
	case org.MSPID != "" && org.MSPID != p.MSPID:
		r.fault("msp_id is %s, but the connection profile's organization is %s", p.MSPID, org.MSPID)
	}
	if ok && len(org.Peers) == 0 {
		r.fault("connection_profile: organizations.%s.peers is missing", f.Client.Organization)
	}
	for _, name := range org.Peers {
		entry, ok := f.Peers[name]
		if !ok {
			r.fault("connection_profile: peers.%s is missing", name)
			continue
		}
		p.Peers = append(p.Peers, r.commonPeer("connection_profile: peers."+name, filepath.Dir(path), entry))
	}
}

func (r *profileReader) commonPeer(name, dir string, e commonPeer) Peer {
	p := Peer{ServerName: e.GRPCOptions.Override}
	if p.ServerName == "" {
		p.ServerName = e.GRPCOptions.Hostname
	}
	u, err := url.Parse(e.URL)
	switch {
	case e.URL == "":
		r.fault("%s.url is missing", name)
	case err != nil || u.Port() == "":
		r.fault("%s.url is not grpcs://host:port", name)
	case u.Scheme != "grpcs":
		r.fault("%s.url is not grpcs: peers are spoken to over TLS only", name)
	default:
		p.Address = u.Host
	}
	switch name += ".tlsCACerts"; {
	case e.TLSCACerts.PEM != "":
		p.TLSCA = r.certificates(name+".pem", []byte(e.TLSCACerts.PEM))
	case e.TLSCACerts.Path == "":
		r.fault("%s is missing", name)
	case filepath.IsAbs(e.TLSCACerts.Path):
		p.TLSCA = r.authority(name+".path", e.TLSCACerts.Path)
	default:
		p.TLSCA = r.authority(name+".path", filepath.Join(dir, e.TLSCACerts.Path))
	}
	return p
}
