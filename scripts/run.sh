#!/usr/bin/env bash
# run.sh: from a bare Debian machine with Go to a running service.
#   LISTEN=127.0.0.1:8080   where the service listens
#   LEDGER=fabric           fabric (a local network of native processes) or embedded
#   ORDERERS=1              1 or 3; decided when the network is created
#   DATA=var/data           what the service writes; kept, so a second run resumes it
# Every setting of docs/configuration.md works as a VOUCHLINE_* variable too.
# Ctrl-C stops everything this script started.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need_go

listen=${LISTEN:-${VOUCHLINE_LISTEN:-127.0.0.1:8080}}
ledger=${LEDGER:-fabric}
case $ledger in
  fabric) data=${DATA:-var/data} ;;
  # Its own folder: an identity minted on one ledger is not found on the other.
  embedded) data=${DATA:-var/data-embedded} ;;
  *) die "LEDGER=$ledger: choose fabric or embedded" ;;
esac
export NET=${NET:-$root/var/fabric} FABRIC_BIN=${FABRIC_BIN:-$root/bin/fabric}

! listening "$listen" || die "$listen is taken by another program: stop it, or choose another with LISTEN=127.0.0.1:8081 make run"

server='' builder=''
# shellcheck disable=SC2317 # the trap below calls it
stop() {
  trap - EXIT
  trap '' INT TERM # a second Ctrl-C must not leave half of it running
  if [ -n "$builder" ]; then
    kill -TERM "$builder" 2>/dev/null || true
  fi
  if [ -n "$server" ] && kill -TERM "$server" 2>/dev/null; then
    wait "$server" || true
  fi
  if [ "$ledger" = fabric ]; then
    deploy/fabric/network.sh down || true
  fi
  say "stopped; the data stays in $data"
}
trap stop EXIT
trap 'exit 0' INT TERM

# Fabric's programs need neither Debian's packages nor ours, so they are built
# beside the rest: on a bare machine that saves minutes.
if [ "$ledger" = fabric ]; then
  mkdir -p var
  deploy/fabric/build.sh "$FABRIC_BIN" >var/fabric-build.log 2>&1 &
  builder=$!
fi
scripts/deps.sh build run
scripts/build.sh
say "bin/vouchline is built"
if ! bin/vouchline models verify >/dev/null 2>&1; then
  say "model files are missing: the checks that need them go to a reviewer. bin/vouchline models verify names them, make models FROM=ADDRESS-OR-FOLDER gets them"
fi

serve=(serve --print-admin-link --listen "$listen" --data-dir "$data" --ledger "$ledger")
if [ "$ledger" = fabric ]; then
  if kill -0 "$builder" 2>/dev/null; then
    say "waiting for the Fabric programs: some minutes, once"
  fi
  wait "$builder" || {
    tail -n 20 var/fabric-build.log >&2
    die "the Fabric programs could not be built: see var/fabric-build.log"
  }
  builder=
  say "starting the local Fabric network in $NET"
  deploy/fabric/network.sh up
  serve+=(--fabric-profile "$NET/org1.json" --fabric-verify-profile "$NET/org2.json")
fi

say "starting the service"
bin/vouchline "${serve[@]}" &
server=$!
code=0
wait "$server" || code=$?
server=
exit "$code"
