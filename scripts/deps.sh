#!/usr/bin/env bash
# deps.sh GROUP...: installs the Debian packages of the groups that are missing.
#   build     headers and compiler of the vision engines
#   run       what they need while running
#   test      the services and programs the tests start
#   webphone  Node.js and npm, unless the machine has them from elsewhere
# Installing needs root or sudo; finding that nothing is missing needs neither.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

declare -A group=(
  [build]="g++ pkg-config libopencv-dev libtesseract-dev libleptonica-dev"
  [run]="tesseract-ocr tesseract-ocr-eng tesseract-ocr-fra tesseract-ocr-spa tesseract-ocr-por tesseract-ocr-deu ca-certificates openssl"
  [test]="chromium fonts-ocr-b fonts-dejavu-core fonts-humor-sans fonts-dkg-handwriting fonts-tomsontalks fonts-rufscript fonts-sjfonts fonts-dustin fonts-breip fonts-bwht postgresql debootstrap sip-tester linphone-cli baresip-core kamailio kamailio-postgres-modules kamailio-secsipid-modules kamailio-tls-modules kamailio-utils-modules kamailio-websocket-modules shellcheck git jq"
)

# Node.js often comes from elsewhere, with an npm that Debian knows nothing of.
group[webphone]="nodejs npm ca-certificates"
if command -v node >/dev/null && command -v npm >/dev/null; then
  group[webphone]=" "
fi

[ $# -gt 0 ] || set -- build run
packages=()
for g in "$@"; do
  [ -n "${group[$g]:-}" ] || die "no group $g: choose from ${!group[*]}"
  # shellcheck disable=SC2206 # the names are split on purpose
  packages+=(${group[$g]})
done

command -v dpkg-query >/dev/null || {
  echo "deps.sh: this is not Debian; make sure you have the like of: ${packages[*]}" >&2
  exit 0
}

missing=()
for p in "${packages[@]}"; do
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || missing+=("$p")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || die "missing Debian packages and neither root nor sudo to install them: ${missing[*]}"
  as_root=(sudo)
fi
say "installing Debian packages: ${missing[*]}"
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120)
"${apt[@]}" update -q | tail -n 1
"${apt[@]}" install -y -q --no-install-recommends "${missing[@]}" | awk '
  /^Need to get|newly installed/ { print "      " $0 }
  /^Setting up/ { n++; if (n % 50 == 0) print "      " n " packages set up"; fflush() }'
say "Debian packages installed"
