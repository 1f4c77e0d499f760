#!/usr/bin/env bash
# lint.sh: golangci-lint as pinned in tools/lint (the first run builds it, which
# takes minutes), shellcheck, and hadolint where it is installed.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need_go

scripts/deps.sh build
# Built with the tool module's own settings: our tags mean nothing to it.
mkdir -p bin
GOFLAGS='' go -C tools/lint build -o "$root/bin/" github.com/golangci/golangci-lint/v2/cmd/golangci-lint
bin/golangci-lint run
if command -v shellcheck >/dev/null; then
  find scripts deploy -name '*.sh' -exec shellcheck .ci/run {} +
else
  echo "lint.sh: shellcheck is not installed; shell scripts were not checked" >&2
fi
if command -v hadolint >/dev/null; then
  hadolint Dockerfile
fi
