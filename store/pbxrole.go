package store

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// pbxViews are the views that each kind of PBX reads, in the schema of its name.
var pbxViews = map[string][]string{
	"asterisk": {"ps_endpoints", "ps_auths", "ps_aors"},
	"kamailio": {"subscriber"},
}

// A role's name needs no quotes, even where it gets them, and is no reserved one.
var (
	roleForm      = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)
	reservedRoles = []string{"public", "none", "user", "current_role", "current_user", "session_user"}
)

// PBXRoleSQL returns the statements by which a database administrator makes the
// role that a PBX of a kind, "asterisk" or "kamailio", logs in with: it sees the
// views of that kind and nothing else. They fail as one if there is such a role
// already.
func PBXRoleSQL(kind, role string) (string, error) {
	views := pbxViews[kind]
	if views == nil {
		return "", fmt.Errorf("store: no PBX of kind %q reads from the database", kind)
	}
	if !roleForm.MatchString(role) || strings.HasPrefix(role, "pg_") || slices.Contains(reservedRoles, role) {
		return "", fmt.Errorf("store: %q is not a name for a role: lower-case letters, digits and underscores, 63 at most", role)
	}
	tables := make([]string, len(views))
	for i, view := range views {
		tables[i] = kind + "." + view
	}
	return strings.NewReplacer("{role}", role, "{schema}", kind, "{views}", strings.Join(tables, ", ")).Replace(pbxRoleSQL), nil
}

// pbxRoleSQL takes from everybody what PostgreSQL gives everybody: the schema
// public, whose functions anybody may call, and temporary tables.
const pbxRoleSQL = `-- The role that the PBX logs in with. Run this in Vouchline's database, as a superuser or
-- the database's owner; then give the role a password: \password {role}
-- Roles that read the schema public and do not own it need a GRANT of their own after this.
BEGIN;
CREATE ROLE "{role}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT CONNECTION LIMIT 100;
ALTER ROLE "{role}" SET search_path = {schema};
ALTER ROLE "{role}" SET default_transaction_read_only = on;
ALTER ROLE "{role}" SET statement_timeout = '10s';
GRANT USAGE ON SCHEMA {schema} TO "{role}";
GRANT SELECT ON {views} TO "{role}";
DO $$
DECLARE
    service text := (SELECT tableowner FROM pg_tables WHERE schemaname = 'public' AND tablename = 'enrollments');
BEGIN
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO "{role}"', current_database());
    EXECUTE format('GRANT ALL ON SCHEMA public TO %I', service);
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END;
$$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
COMMIT;
`
