# shellcheck shell=bash
# How each node is started and asked.

start_orderer() {
  FABRIC_CFG_PATH=$NET/cfg/$1 FABRIC_LOGGING_SPEC=error spawn "$1" "$FABRIC_BIN/orderer"
}

# The external builder reads the chaincode's address and keys from its peer's environment, so one
# package, and one package id, serves every organisation.
start_peer() {
  local org tls
  org=$(org_of "$1")
  tls=$(peer_dir "$1")/tls
  CHAINCODE_ADDRESS=$(address "cc-$org") CHAINCODE_ROOT=$(cc_ca "$org") \
    CHAINCODE_CLIENT_KEY=$tls/server.key CHAINCODE_CLIENT_CERT=$tls/server.crt \
    FABRIC_CFG_PATH=$NET/cfg/$1 FABRIC_LOGGING_SPEC=error spawn "$1" "$FABRIC_BIN/peer" node start
}

# Each organisation runs its own copy of the contract, which only its own peers may call.
start_chaincode() {
  local org=${1#cc-} tls
  tls=$(cc_tls "$org")
  CHAINCODE_ID=$(cat "$NET/package_id") CHAINCODE_ADDRESS=$(address "$1") \
    CHAINCODE_WRITER_MSP=Org1MSP CHAINCODE_TLS_KEY=$tls/server.key CHAINCODE_TLS_CERT=$tls/server.crt \
    CHAINCODE_TLS_CLIENT_CA=$(org_dir "$org")/tlsca/tlsca.$org.test-cert.pem \
    spawn "$1" "$FABRIC_BIN/chaincode"
}

start() {
  case $1 in
    orderer*) start_orderer "$1" ;;
    cc-*) start_chaincode "$1" ;;
    *) start_peer "$1" ;;
  esac
}

# outdated: the chaincode's program was rebuilt since the process started. Its package id says
# nothing of the code behind it, so nobody else would notice.
outdated() {
  case $1 in cc-*) [ "$(readlink "/proc/$2/exe")" != "$FABRIC_BIN/chaincode" ] ;; *) return 1 ;; esac
}

# start_all starts what does not run.
start_all() {
  local name pid stale=()
  for name in "${NODES[@]}"; do
    pid=$(pid_of "$name") || continue
    if outdated "$name" "$pid"; then
      kill "$pid"
      stale+=("$name")
    fi
  done
  for name in "${stale[@]}"; do until_ok 8 "$name" gone "$name"; done
  for name in "${NODES[@]}"; do
    pid_of "$name" >/dev/null && continue
    until_ok 8 "port $(port "$name") of $name is taken" vacant "$name"
    start "$name"
  done
  wait_nodes
}
# A process that was killed loses its environment, by which pid_of knows it, before its ports.
vacant() { ! (exec 3<>"/dev/tcp/$(host "$1")/$(port "$1")") 2>/dev/null; }
gone() { ! pid_of "$1" >/dev/null; }

wait_nodes() {
  local name
  for name in "${ORDERER_NODES[@]}" "${PEERS[@]}"; do until_ok 30 "$name" healthy "$name"; done
  # A peer says that it is healthy before it listens.
  for name in "${NODES[@]}"; do until_ok 30 "$name" opened "$name" "$(port "$name")"; done
  until_ok 30 "election of an orderer" elected
}
wait_chaincodes() {
  local name
  for name in "${CHAINCODES[@]}"; do until_ok 30 "$name" opened "$name" "$(port "$name")"; done
}

# as_admin PEER ARGUMENTS... runs the peer command as that organisation's administrator.
as_admin() {
  local node=$1
  shift
  FABRIC_CFG_PATH=$NET/cfg/$node FABRIC_LOGGING_SPEC=error \
    CORE_PEER_MSPCONFIGPATH=$(user_dir "$(org_of "$node")" Admin)/msp \
    "$FABRIC_BIN/peer" "$@"
}

# answers PEER: the contract there knows the organisation that was registered last.
answers() {
  as_admin "$1" chaincode query -C "$CHANNEL" -n "$CHAINCODE" \
    -c '{"Args":["Organisation","{\"id\":\"telecom\"}"]}' >"$NET/log/query-$1.log" 2>&1
}

wait_answers() {
  local p waits=()
  for p in "${PEERS[@]}"; do
    until_ok 60 "the contract on $p" answers "$p" &
    waits+=($!)
  done
  for p in "${waits[@]}"; do wait "$p"; done
}
