#!/usr/bin/env bash
# golden.sh: rewrites every golden file. The packages that have some are those
# whose tests import internal/golden: only they know the flag -update.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

mapfile -t packages < <(git grep -l 'vouchline/internal/golden"' -- '*_test.go' | xargs -n1 dirname | sort -u | sed 's#^#./#; s#^\./\.$#.#')
go test "${packages[@]}" -update
