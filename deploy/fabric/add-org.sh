#!/usr/bin/env bash
# add-org.sh ID NAME ROLE: adds a third organisation, Org3MSP, to the running network of network.sh.
#
#   ID    its id in the contract, e.g. bank
#   NAME  its name there, e.g. "First Bank"
#   ROLE  operator or relying_party: it reads. Who writes is the channel's decision (docs/fabric.md)
#
#   NET, FABRIC_BIN  as for network.sh
#   ORG_CRYPTO       folder with the organisation's own certificates and keys, in cryptogen's layout
#                    with the domains partner.test and chaincode.test; made when not given
#
# The steps are those of a real consortium: the channel's configuration is fetched, the organisation
# put into it, the change signed by the manager's administrator and org2's; then the newcomer's
# peer joins, installs and approves the contract, and the manager registers it there. A step that is
# done is not done again: run it anew after it was killed. Then network.sh knows the new nodes p0 and
# cc-partner, and NET/org3.json is the profile of the organisation's client. Needs jq.
set -euo pipefail
umask 077

SCRIPTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=SCRIPTDIR/lib/all.sh
. "$SCRIPTS/lib/all.sh"

usage() {
  sed -n '2,/^set -/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
  exit 2
}

[ $# -eq 3 ] || usage
id=$1 name=$2 role=$3
case $role in operator | relying_party) ;; *) usage ;; esac
case $id$name in *[\"\\]*) die "no quotes or backslashes in ID and NAME" ;; esac
command -v jq >/dev/null || die "jq is missing: it edits the channel's configuration"
[ -e "$NET/ready" ] || die "no network in $NET: network.sh up makes one"

lock
topology saved
all_run || die "not all nodes run: network.sh up first"
own_certificates
admit
with_partner
render_nodes
start_all
join_peer p0
install p0
until_ok 60 "p0 to catch up" caught_up p0
approve_current p0
say "the peer of $id has joined and approved the contract"
register "$id" "$name" "$role" Org3MSP
until_ok 60 "the contract on p0" answers p0
: >"$NET/partner.ready"
write_profiles
say "$name is on the channel; profile: $NET/org3.json"
