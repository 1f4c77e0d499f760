# shellcheck shell=bash
# Shared by the scripts in this folder: source it, do not run it.
# It goes to the repository's root, sets what every go command needs and brings
# the few words all scripts use.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 1

# The same settings as in the Makefile, for a script that is run directly.
# Debian's OpenCV 4.6 is older than gocv expects: see internal/mat.
export CGO_CXXFLAGS=${CGO_CXXFLAGS:--O2 -g -include $root/internal/mat/opencv46_compat.hpp}
export GOFLAGS=${GOFLAGS:--tags=gocv_specific_modules,gocv_calib3d,gocv_dnn,gocv_objdetect,gocv_photo}
# Read when the libraries are loaded, so they must be set before exec.
export OMP_THREAD_LIMIT=${OMP_THREAD_LIMIT:-1} OPENCV_IO_MAX_IMAGE_PIXELS=${OPENCV_IO_MAX_IMAGE_PIXELS:-40000000}

# say writes one line of progress with the seconds since the script began.
say() { printf '%4ds  %s\n' "$SECONDS" "$*"; }

# die says why on stderr and ends the script with the code of a usage error.
die() {
  echo "$(basename "$0"): $*" >&2
  exit 2
}

# need_go stops early where the toolchain is missing: nothing below works then.
need_go() {
  command -v go >/dev/null || die "Go is missing: install Go $(awk '$1 == "go" {print $2}' go.mod) or newer and put it on the PATH"
}

# listening HOST:PORT tells whether something answers there.
listening() {
  local host=${1%:*} port=${1##*:}
  case $host in '' | 0.0.0.0 | '[::]') host=127.0.0.1 ;; esac
  host=${host#[} host=${host%]}
  (exec 3<>"/dev/tcp/$host/$port") 2>/dev/null
}
