#!/usr/bin/env bash
# containers.sh prepare|channel: what compose.yaml runs before and after the nodes start.
#
#   prepare  makes certificates, the nodes' configuration, the genesis block and the package
#   channel  brings the running nodes onto the channel, and the contract
#
# Both may be run again: what is done is not done again. NET and FABRIC_BIN as for network.sh.
set -euo pipefail
umask 077

export CONTAINERS=1
SCRIPTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=SCRIPTDIR/lib/all.sh
. "$SCRIPTS/lib/all.sh"

mkdir -p "$NET"
claim
lock
case ${1:-} in
  prepare)
    if [ -e "$NET/ready" ]; then
      topology saved
      render_nodes
    else
      topology new
      clear_net
      save_settings
      prepare
      : >"$NET/ready"
    fi
    ;;
  channel)
    topology saved
    configure
    wait_answers
    write_profiles
    say "the contract answers on every peer"
    ;;
  *)
    sed -n '2,/^set -/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
    ;;
esac
