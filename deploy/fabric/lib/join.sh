# shellcheck shell=bash
# An organisation that joins a running channel.

# all_run: every node the network had before.
all_run() {
  local name
  for name in "${NODES[@]}"; do pid_of "$name" >/dev/null || return 1; done
}

# own_certificates gives the organisation its authorities, peer, users and chaincode service. They
# are whole or not there: the folder gets its name last.
own_certificates() {
  [ ! -e "$NET/partner" ] || return 0
  local new=$NET/partner.new
  rm -rf "$new"
  if [ -n "${ORG_CRYPTO:-}" ]; then
    cp -r "$ORG_CRYPTO" "$new"
  else
    render_partner_crypto >"$NET/cfg/partner-crypto.yaml"
    "$FABRIC_BIN/cryptogen" generate --config "$NET/cfg/partner-crypto.yaml" --output "$new" \
      >"$NET/log/cryptogen.log" 2>&1 || fail cryptogen
  fi
  mv "$new" "$NET/partner"
}

# admit puts the organisation into the channel's configuration.
admit() {
  local work=$NET/admission ord
  mapfile -t ord < <(to_orderer)
  mkdir -p "$work"
  as_admin m0 channel fetch config "$work/block.pb" -c "$CHANNEL" "${ord[@]}" >"$NET/log/fetch.log" 2>&1 || fail fetch
  decode common.Block "$work/block.pb" | jq '.data.data[0].payload.data.config' >"$work/config.json"
  if jq -e '.channel_group.groups.Application.groups | has("Org3")' "$work/config.json" >/dev/null; then
    say "the channel has the organisation"
    return
  fi
  render_admission >"$work/configtx.yaml"
  "$FABRIC_BIN/configtxgen" -configPath "$work" -printOrg Org3 >"$work/org.json" 2>"$NET/log/configtxgen.log" || fail configtxgen
  jq -s '.[0] * {channel_group: {groups: {Application: {groups: {Org3: .[1]}}}}}' \
    "$work/config.json" "$work/org.json" >"$work/updated.json"
  encode common.Config "$work/config.json" >"$work/config.pb"
  encode common.Config "$work/updated.json" >"$work/updated.pb"
  "$FABRIC_BIN/configtxlator" compute_update --channel_id "$CHANNEL" \
    --original "$work/config.pb" --updated "$work/updated.pb" --output "$work/update.pb"
  decode common.ConfigUpdate "$work/update.pb" |
    jq --arg channel "$CHANNEL" '{payload: {header: {channel_header: {channel_id: $channel, type: 2}}, data: {config_update: .}}}' \
      >"$work/envelope.json"
  encode common.Envelope "$work/envelope.json" >"$work/envelope.pb"
  # Application's Admins policy wants the manager and org2. Who sends it signs it.
  as_admin t0 channel signconfigtx -f "$work/envelope.pb" >"$NET/log/sign.log" 2>&1 || fail sign
  as_admin m0 channel update -f "$work/envelope.pb" -c "$CHANNEL" "${ord[@]}" >"$NET/log/update.log" 2>&1 || fail update
  say "the members have admitted the organisation"
}

decode() { "$FABRIC_BIN/configtxlator" proto_decode --type "$1" --input "$2"; }
encode() { "$FABRIC_BIN/configtxlator" proto_encode --type "$1" --input "$2"; }

render_partner_crypto() {
  cat <<Y
PeerOrgs:
  - {Name: Partner, Domain: partner.test, EnableNodeOUs: true, Template: {Count: 1, SANS: [localhost, $LOOPBACK]}, Users: {Count: 1}}
  - {Name: Chaincode, Domain: chaincode.test, Specs: [{Hostname: partner, SANS: [localhost, $LOOPBACK]}]}
Y
}

# Like org2: its clients read, and its administrator may send its approval of a contract.
render_admission() {
  echo "Organizations:"
  render_org partner "OR('Org3MSP.admin')"
}

# caught_up PEER: it has the definition that the channel has.
caught_up() {
  local there
  there=$(committed_at "$1" 2>/dev/null) && [ "$there" = "$(committed_at m0)" ]
}
