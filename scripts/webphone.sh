#!/usr/bin/env bash
# webphone.sh: builds the web phone's script (webphone/) into the folder that the
# program embeds, unless it is newer than all it is built from. Needs the npm
# registry the first time; its settings are npm's own.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

built=templates/static/built/call.js
stale() {
  [ -e "$built" ] && [ -e templates/static/built/licences.txt ] || return 0
  [ -n "$(find webphone -name node_modules -prune -o -name "*.test.js" -prune -o -newer "$built" -print -quit)" ]
}
stale || exit 0

scripts/deps.sh webphone
say "building the web phone"
# Exactly what the lock file names, by digest. No package runs a program while
# it is installed.
npm ci --prefix webphone --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
node webphone/build.js
