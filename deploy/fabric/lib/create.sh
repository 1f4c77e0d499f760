# shellcheck shell=bash
# From an empty folder to a contract that answers.

create() {
  ports_free
  prepare
  local name
  for name in "${NODES[@]}"; do start "$name"; done
  wait_chaincodes
  configure
}

# prepare makes all that the nodes need before they start.
prepare() {
  make_identities
  render_nodes
  render_configtx >"$NET/cfg/configtx.yaml"
  "$FABRIC_BIN/configtxgen" -configPath "$NET/cfg" -profile Net -channelID "$CHANNEL" \
    -outputBlock "$NET/genesis.block" 2>"$NET/log/configtxgen.log" || fail configtxgen
  package
  say "identities and genesis block made"
}

# configure brings running nodes onto the channel, and the contract. What is done is not done again.
configure() {
  local name
  for name in "${ORDERER_NODES[@]}"; do join_orderer "$name"; done
  each_peer join_peer
  say "orderers and peers have joined the channel"
  each_peer install
  until_ok 30 "election of an orderer" elected
  define_chaincode
  register_founders
}

fail() {
  cat "$NET/log/$1.log" >&2
  die "$1 failed"
}

# each_peer COMMAND runs COMMAND PEER for all peers at once.
each_peer() {
  local p waits=()
  for p in "${PEERS[@]}"; do
    "$1" "$p" &
    waits+=($!)
  done
  for p in "${waits[@]}"; do wait "$p"; done
}

make_identities() {
  render_crypto >"$NET/cfg/crypto.yaml"
  "$FABRIC_BIN/cryptogen" generate --config "$NET/cfg/crypto.yaml" --output "$CRYPTO" \
    >"$NET/log/cryptogen.log" 2>&1 || fail cryptogen
}

join_orderer() {
  local log=osnadmin-$1 tls=$ORDERER_ORG/users/Admin@orderer.test/tls
  until_ok 30 "$1" opened "$1" "$(second_port "$1")"
  "$FABRIC_BIN/osnadmin" channel join -o "$(host "$1"):$(second_port "$1")" --channelID "$CHANNEL" \
    --config-block "$NET/genesis.block" --ca-file "$ORDERER_CA" \
    --client-cert "$tls/client.crt" --client-key "$tls/client.key" >"$NET/log/$log.log" 2>&1 || fail "$log"
  grep -Eq 'Status: (201|405)' "$NET/log/$log.log" || fail "$log" # 405: it has joined before
}

join_peer() {
  until_ok 30 "$1" healthy "$1"
  until_ok 30 "join of $1" joined "$1"
}
joined() {
  as_admin "$1" channel join -b "$NET/genesis.block" >"$NET/log/join-$1.log" 2>&1 ||
    grep -q 'already exists' "$NET/log/join-$1.log"
}

# package makes the same bytes everywhere, hence the same package id.
package() {
  local work=$NET/package
  local tar=(tar -C "$work" --owner=0 --group=0 --mode=0644 --mtime=@0 -cf -)
  mkdir -p "$work"
  printf '{"type":"ccaas","label":"%s_1"}' "$CHAINCODE" >"$work/metadata.json"
  printf '{}' >"$work/connection.json" # each peer's builder fills in the address
  "${tar[@]}" connection.json | gzip -n >"$work/code.tar.gz"
  "${tar[@]}" metadata.json code.tar.gz | gzip -n >"$NET/chaincode.tgz"
  as_admin m0 lifecycle chaincode calculatepackageid "$NET/chaincode.tgz" >"$NET/package_id"
}

install() {
  as_admin "$1" lifecycle chaincode install "$NET/chaincode.tgz" >"$NET/log/install-$1.log" 2>&1 ||
    grep -q 'already successfully installed' "$NET/log/install-$1.log" || fail "install-$1"
}

to_orderer() { printf '%s\n' -o "$(address orderer)" --tls --cafile "$ORDERER_CA"; }

# The endorsement policy: only org1's peers may vouch for a write. That alone would not stop an org2
# client from asking org1's peer; the channel's policies and the contract do (see render.sh).
POLICY="OR('Org1MSP.peer')"

# define_chaincode brings the channel to the definition of these scripts, whatever definition an
# earlier version of them committed there; the ledger stays. What was done when a run was killed is
# not done again.
define_chaincode() {
  local def ord committed version approvals=() node
  mapfile -t ord < <(to_orderer)
  render_collections >"$NET/cfg/collections.json"
  # Named after its content: a change of either cannot be forgotten.
  version=$({ echo "$POLICY"; cat "$NET/cfg/collections.json"; } | sha256sum | cut -c 1-12)
  committed=$(committed_at m0) || fail committed-m0
  [ "${committed#* }" != "$version" ] || return 0
  definition $((${committed% *} + 1)) "$version"
  for node in $(first_peers); do
    approve "$node" &
    approvals+=($!)
  done
  for node in "${approvals[@]}"; do wait "$node"; done
  # The manager and org2 must sign; the third organisation may still be asleep.
  as_admin m0 lifecycle chaincode commit "${ord[@]}" "${def[@]}" \
    --peerAddresses "$(address m0)" --tlsRootCertFiles "$(peer_dir m0)/tls/ca.crt" \
    --peerAddresses "$(address t0)" --tlsRootCertFiles "$(peer_dir t0)/tls/ca.crt" \
    >"$NET/log/commit.log" 2>&1 || fail commit
  say "definition $((${committed% *} + 1)) of the contract committed"
}

# definition SEQUENCE VERSION sets def.
definition() {
  def=(--channelID "$CHANNEL" --name "$CHAINCODE" --sequence "$1" --version "$2"
    --signature-policy "$POLICY" --collections-config "$NET/cfg/collections.json")
}

# committed_at PEER prints the sequence and the version on the channel as that peer knows it,
# "0 none" when there is none.
committed_at() {
  local log=$NET/log/committed-$1.log
  if as_admin "$1" lifecycle chaincode querycommitted --channelID "$CHANNEL" --name "$CHAINCODE" >"$log" 2>&1; then
    sed -n 's/^Version: \([^,]*\), Sequence: \([0-9]*\),.*/\2 \1/p' "$log"
  else
    grep -q 'is not defined' "$log" && echo "0 none"
  fi
}

# approve PEER sends its organisation's approval of def.
approve() {
  local log=$NET/log/approve-$1.log
  as_admin "$1" lifecycle chaincode approveformyorg "${ord[@]}" "${def[@]}" \
    --package-id "$(cat "$NET/package_id")" >"$log" 2>&1 ||
    grep -Eq "attempted to redefine .* for namespace $CHAINCODE( with unchanged content)?\$" "$log" || fail "approve-$1"
}

# approve_current PEER approves what is committed already: its organisation came later.
approve_current() {
  local def ord committed
  mapfile -t ord < <(to_orderer)
  committed=$(committed_at m0) || fail committed-m0
  definition "${committed% *}" "${committed#* }"
  approve "$1"
}

register_founders() {
  register manager "Network manager" issuer Org1MSP
  register telecom "Telephone operators" operator Org2MSP
}

# enlisted: the contract lists them. One of before there was a list does so when they are registered
# once more.
enlisted() {
  as_admin m0 chaincode query -C "$CHANNEL" -n "$CHAINCODE" -c '{"Args":["Organisations","{}"]}' \
    2>"$NET/log/enlisted.log" | grep -q '"id":"telecom"'
}

# register ID NAME ROLE MSP writes an organisation's record.
register() {
  local ord request
  mapfile -t ord < <(to_orderer)
  request=$(printf '{\\"id\\":\\"%s\\",\\"name\\":\\"%s\\",\\"role\\":\\"%s\\",\\"msp\\":\\"%s\\",\\"status\\":\\"active\\"}' "$@")
  as_admin m0 chaincode invoke "${ord[@]}" -C "$CHANNEL" -n "$CHAINCODE" --waitForEvent --waitForEventTimeout 120s \
    --peerAddresses "$(address m0)" --tlsRootCertFiles "$(peer_dir m0)/tls/ca.crt" \
    -c "{\"Args\":[\"RegisterOrganisation\",\"$request\"]}" >"$NET/log/register-$1.log" 2>&1 || fail "register-$1"
}
