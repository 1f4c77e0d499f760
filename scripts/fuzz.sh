#!/usr/bin/env bash
# fuzz.sh: runs every fuzz target for FUZZTIME. Targets are discovered, never
# listed; a package that does not build is an error.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# try runs one target. Go's own engine now and then reports its own end of time
# as a failure ("context deadline exceeded" without an input); a finding always
# names the input that it wrote to testdata.
try() {
  local log code=0
  log=$(mktemp)
  go test "$1" -run '^$' -fuzz "^$2\$" -fuzztime "${FUZZTIME:-30s}" -parallel 2 2>&1 | tee "$log" || code=$?
  if [ "$code" -ne 0 ] && grep -q 'context deadline exceeded' "$log" && ! grep -q 'Failing input written' "$log"; then
    code=0
  fi
  rm -f "$log"
  return "$code"
}

found=0
while IFS=: read -r file line; do
  target=$(sed -E 's/^func (Fuzz[A-Za-z0-9_]*).*/\1/' <<<"$line")
  found=$((found + 1))
  say "$(dirname "$file") $target"
  try "./$(dirname "$file")" "$target"
done < <(git grep -E '^func Fuzz[A-Za-z0-9_]*\(' -- '*_test.go')
[ "$found" -gt 0 ] || die "no fuzz target found"
