#!/usr/bin/env bash
# test.sh: every test, cheap ones first: shell scripts and vet, the pure
# packages, the adapters with their real services, the whole program in a
# browser. All phases run even when one fails; the exit code tells.
#   VOUCHLINE_TEST_REQUIRE=all   a missing service fails instead of skipping
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need_go

code=0
# try keeps going after a failure: one run should tell everything.
try() { "$@" || { code=1 && say "failed: $*"; }; }

scripts/deps.sh build run test
try find scripts deploy -name '*.sh' -exec shellcheck .ci/run {} +
try scripts/build.sh
say "bin/vouchline is built"
if command -v node >/dev/null; then
  try node --test --test-reporter=dot webphone/traffic.test.js
fi
: "${FABRIC_BIN:=$root/bin/fabric}"
export FABRIC_BIN
try deploy/fabric/build.sh "$FABRIC_BIN"
say "the Fabric programs are built"
try go vet ./...
say "vetted"

module=$(go list -m)
mapfile -t all < <(go list ./...)
pure=() adapters=() whole=()
for p in "${all[@]}"; do
  case ${p#"$module"/} in
    "$module" | ocr | faces | otp | ledger | pbx | pbx/drift | pbx/format | pbx/phone | notify | templates | models | kyc | internal/photo) pure+=("$p") ;;
    e2e | e2e/*) whole+=("$p") ;;
    *) adapters+=("$p") ;;
  esac
done

# phase PARALLEL PACKAGE...: tests that share a machine with Chromium or a
# Fabric network run one package at a time, so that their times mean something.
phase() {
  local parallel=$1
  shift
  [ $# -eq 0 ] || go test -p "$parallel" -timeout 45m "$@" || code=1
}
phase 2 "${pure[@]}"
phase 2 "${adapters[@]}"
phase 1 "${whole[@]}"
exit "$code"
