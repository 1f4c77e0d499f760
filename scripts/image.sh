#!/usr/bin/env bash
# image.sh: builds the container image with its tests: with docker where an
# engine runs, else with buildah, which needs root but no engine and no registry
# (its base images are made from Debian by debootstrap). Slow without a cache,
# so not part of make test.
#   IMAGE=vouchline         name of the result
#   TARGETS="test runtime"  stages to build; also: fabric
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

image=${IMAGE:-vouchline}
read -ra targets <<<"${TARGETS:-test runtime}"

# tag_of names the stages: only the runtime has the plain name.
tag_of() { if [ "$1" = runtime ]; then echo "$image"; else echo "$image:$1"; fi; }

if command -v docker >/dev/null && docker info >/dev/null 2>&1; then
  for target in "${targets[@]}"; do
    say "docker builds $target"
    docker build --target "$target" -t "$(tag_of "$target")" .
  done
  say "built: ${targets[*]}"
  exit 0
fi

say "no container engine answers: building with buildah"
[ "$(id -u)" -eq 0 ] || die "buildah without an engine needs root"
missing=()
for p in buildah crun netavark debootstrap; do
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || missing+=("$p")
done
if [ ${#missing[@]} -gt 0 ]; then
  say "installing Debian packages: ${missing[*]}"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null
fi
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
debian=localhost/debian:bookworm-slim golang=localhost/golang:local

# base NAME FOLDER: makes an image of one layer.
base() {
  local container
  container=$(buildah from scratch)
  buildah add -q "$container" "$2" / >/dev/null
  buildah commit -q "$container" "$1" >/dev/null
  buildah rm "$container" >/dev/null
}

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
if ! buildah inspect --type image "$debian" >/dev/null 2>&1; then
  say "making $debian by debootstrap"
  debootstrap --variant=minbase bookworm "$tmp/debian" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} >"$tmp/log" 2>&1 || { tail "$tmp/log" >&2; die "debootstrap failed"; }
  rm -rf "$tmp/debian/var/cache/apt/archives"/*.deb
  base "$debian" "$tmp/debian"
fi
if ! buildah inspect --type image "$golang" >/dev/null 2>&1; then
  say "making $golang: Debian, a C compiler and this machine's Go"
  container=$(buildah from "$debian")
  buildah run "$container" -- sh -c 'apt-get update -q && apt-get install -y -q --no-install-recommends ca-certificates gcc g++ libc6-dev git' >/dev/null
  # What this machine trusts, the image building on it must trust too.
  buildah copy -q "$container" /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt >/dev/null
  buildah copy -q "$container" "$(go env GOROOT)" /usr/local/go >/dev/null
  buildah config --env PATH=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
  buildah commit -q "$container" "$golang" >/dev/null
  buildah rm "$container" >/dev/null
fi

for target in "${targets[@]}"; do
  say "buildah builds $target"
  # Docker's format, because the other one has no health check.
  buildah bud --format docker --layers --build-arg DEBIAN_IMAGE="$debian" --build-arg GO_IMAGE="$golang" \
    --target "$target" -t "$(tag_of "$target")" .
done
say "built: ${targets[*]}"
