package main

import "github.com/vouchline/vouchline/store"

// PBXViewsCmd writes what a database administrator runs for a PBX that reads
// its lines from our database.
type PBXViewsCmd struct {
	Kind string `arg:"" enum:"asterisk,kamailio" help:"PBX that reads: asterisk or kamailio."`
	Role string `name:"role" placeholder:"NAME" help:"Name of the role. Default: the PBX's."`
}

// Run writes the statements. It opens no database: the service's own role may
// make no other.
func (c *PBXViewsCmd) Run(g *Globals) error {
	role := c.Role
	if role == "" {
		role = c.Kind
	}
	statements, err := store.PBXRoleSQL(c.Kind, role)
	if err != nil {
		return err
	}
	return g.Printf("%s", statements)
}
