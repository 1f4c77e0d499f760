#!/usr/bin/env bash
# build.sh: builds bin/vouchline; go's cache makes it a second when nothing
# changed.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need_go

[ -x bin/vouchline ] || say "building bin/vouchline (the first time compiles the bindings of OpenCV and Tesseract: a minute or two)"
go build -trimpath -o bin/ ./cmd/vouchline
