#!/usr/bin/env bash
# fuzz.sh: runs every fuzz target for FUZZTIME. Targets are discovered, never
# listed; a package that does not build is an error.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

found=0
while IFS=: read -r file line; do
  target=$(sed -E 's/^func (Fuzz[A-Za-z0-9_]*).*/\1/' <<<"$line")
  found=$((found + 1))
  say "$(dirname "$file") $target"
  go test "./$(dirname "$file")" -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-30s}" -parallel 2
done < <(git grep -E '^func Fuzz[A-Za-z0-9_]*\(' -- '*_test.go')
[ "$found" -gt 0 ] || die "no fuzz target found"
