# shellcheck shell=bash
# What our clients read.

# write_profiles tells each organisation's client where its peers are and who it is there. Paths are
# relative to the profile, so the folder can be mounted elsewhere.
write_profiles() {
  profile manager >"$NET/org1.json.new"
  profile telecom >"$NET/org2.json.new"
  mv "$NET/org1.json.new" "$NET/org1.json"
  mv "$NET/org2.json.new" "$NET/org2.json"
  if [ -e "$NET/partner.ready" ]; then
    profile partner >"$NET/org3.json.new"
    mv "$NET/org3.json.new" "$NET/org3.json"
  fi
}

profile() {
  local org=$1 msp node entries=()
  msp=$(user_dir "$org" User1)/msp
  for node in "${PEERS[@]}"; do
    [ "$(org_of "$node")" != "$org" ] || entries+=("$(profile_peer "$node")")
  done
  cat <<J
{
  "peers": [
$(printf '%s\n' "${entries[@]}" | sed '$!s/$/,/')
  ],
  "msp_id": "$(msp_of "$org")",
  "certificate": "$(beside_profile "$msp"/signcerts/*.pem)",
  "key": "$(beside_profile "$msp"/keystore/*)",
  "channel": "$CHANNEL",
  "chaincode": "$CHAINCODE"
}
J
}

profile_peer() {
  printf '    {"address": "%s", "server_name": "%s", "tls_ca": "%s"}' \
    "$(address "$1")" "$(peer_host "$1")" "$(beside_profile "$(peer_dir "$1")/tls/ca.crt")"
}
beside_profile() { realpath --relative-to="$NET" "$1"; }
