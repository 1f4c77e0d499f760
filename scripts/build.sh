#!/usr/bin/env bash
# build.sh: builds bin/vouchline unless it is newer than all it is built from. Go
# would find that out by itself, but takes seconds on a small machine.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need_go

# Everything else works without it, and its page says that it is missing.
scripts/webphone.sh || say "the web phone was not built: subscribers cannot make a test call from the browser"

# Folders count too: one changes when a file in it goes away.
stale() {
  [ -x bin/vouchline ] || return 0
  [ -n "$(find . -mindepth 1 \( -path ./.git -o -path ./bin -o -path ./var -o -path ./docs -o -path ./models/files -o -path ./e2e -o -path ./webphone \) -prune \
    -o -newer bin/vouchline -print -quit)" ]
}
stale || exit 0

[ -x bin/vouchline ] || say "building bin/vouchline (the first time compiles the bindings of OpenCV and Tesseract: some minutes)"
# -v names each package as it is compiled: a line now and then shows that it goes
# on, and whatever is not a package's name is said at once.
go build -v -trimpath -o bin/ ./cmd/vouchline 2>&1 | awk '
  /^[A-Za-z0-9._\/~-]+$/ { if (++n % 40 == 0) { print "      " n " packages compiled"; fflush() } next }
  { print; fflush() }'
touch bin/vouchline # Go leaves it alone when what changed does not matter to it
