#!/usr/bin/env bash
# build.sh OUTDIR: builds what the local network runs into OUTDIR:
#   peer orderer osnadmin cryptogen
#   configtxgen configtxlator   Hyperledger Fabric, from the module tools/fabric
#   chaincode                   our contract as a service, from cmd/chaincode
# Fabric's take minutes the first time, so they are built only when one is missing or when
# tools/fabric's pins changed. Several callers may run at once: they wait for one another.
# Needs Go, flock and sha256sum; no C compiler.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: build.sh OUTDIR" >&2; exit 2; }
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
out=$(realpath -m "$1")
mkdir -p "$out"

exec 9>"$out/.lock"
flock 9

# Static programs, and the same bytes from the same source.
export CGO_ENABLED=0 GOFLAGS=-buildvcs=false
tools=(peer orderer osnadmin configtxgen configtxlator cryptogen)
fabric=github.com/hyperledger/fabric

pins=$(cat "$root/tools/fabric/go.mod" "$root/tools/fabric/go.sum" | sha256sum)
fresh() {
  local t
  [ "$(cat "$out/.pins" 2>/dev/null)" = "$pins" ] || return 1
  for t in "${tools[@]}"; do [ -x "$out/$t" ] || return 1; done
}

if ! fresh; then
  echo "building the Hyperledger Fabric programs (some minutes, once)"
  rm -f "$out/.pins"
  # Without the version the orderer reports "latest" and a bug report says nothing.
  go -C "$root/tools/fabric" build -trimpath \
    -ldflags "-s -w -X $fabric/common/metadata.Version=v3.1.1 -X $fabric/common/metadata.CommitSHA=435a7f1a7" \
    -o "$out/" tool
  echo "$pins" >"$out/.pins"
fi
go -C "$root" build -trimpath -ldflags "-s -w" -o "$out/chaincode" ./cmd/chaincode
