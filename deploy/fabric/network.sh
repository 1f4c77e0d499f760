#!/usr/bin/env bash
# network.sh up|down|status|wipe: a local Hyperledger Fabric network of native processes.
#
#   NET            folder that holds everything the network writes    (required)
#   FABRIC_BIN     folder with the programs of build.sh               (required)
#   BASE_PORT      first of the 43 ports it may use on 127.0.0.1      (17050)
#   ORDERERS       1, or 3 of which any one may die                   (1)
#   MANAGER_PEERS  how many peers org1 has, 1 or 2                    (1)
#   BATCH_TIMEOUT  how long the orderer waits before it cuts a block  (50ms)
#
# The last four are read when the network is created and stay with it.
#
# up      creates the network in an empty folder, or resumes the one in it, and returns when the
#         contract answers on every peer. Safe after kill -9 of anything; a creation that was cut
#         short starts over. What already runs is left running. A ledger from an older version of
#         these scripts is kept and brought to their definition of the contract.
# down    stops its processes, and nobody else's.
# status  lists its processes; exit code 1 unless all of them run.
# wipe    down, then deletes NET: the ledger is gone.
#
# org1 (Org1MSP, the manager) has the peers m0 and m1 and alone writes; org2 (Org2MSP, the
# operators) has t0 and t1 and reads. Clients find what they need in NET/org1.json and NET/org2.json.
# Exit code 3: a port is taken.
set -euo pipefail
umask 077

SCRIPTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=SCRIPTDIR/lib/all.sh
. "$SCRIPTS/lib/all.sh"

up() {
  mkdir -p "$NET"
  claim
  lock
  if [ -e "$NET/ready" ]; then
    topology saved
    mkdir -p "$NET/run" "$NET/log"
    say "resuming the ledger in $NET"
    render_nodes
    start_all
    define_chaincode
  else
    topology new
    stop_all
    clear_net
    say "creating a network in $NET"
    save_settings
    create
    : >"$NET/ready"
  fi
  wait_answers
  enlisted || register_founders
  write_profiles
  say "the contract answers on every peer; profiles: $NET/org1.json $NET/org2.json"
}

down() {
  [ -e "$NET/$MARK" ] || return 0
  lock
  stop_all
  say "stopped"
}

status() {
  local name pid all=0
  topology saved
  for name in "${NODES[@]}"; do
    if pid=$(pid_of "$name"); then
      echo "$name running $pid"
    else
      echo "$name stopped"
      all=1
    fi
  done
  return $all
}

wipe() {
  [ -e "$NET" ] || return 0
  [ -e "$NET/$MARK" ] || die "$NET is not a network of this script: not deleting it"
  lock
  stop_all
  rm -rf "${NET:?}"
  say "deleted $NET"
}

case ${1:-} in
  up | down | status | wipe) "$1" ;;
  *)
    sed -n '2,/^set -/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
    ;;
esac
