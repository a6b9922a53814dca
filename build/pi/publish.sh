#!/usr/bin/env bash
# The release for a Pi, made on a desk machine: build/pi/publish.sh [version]
#
# Writes artifacts/modularrace-<version>-linux-arm64.tar.gz: the host with its own .NET, what the Pi is set up with, and the
# SHA-256 of each file. The version is the day and the commit where none is given.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=build/prerequisites.sh
. build/prerequisites.sh

version=${1:-$(git log -1 --format=%cd-%h --date=format:%Y.%m.%d)}
[[ $version =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ ]] || fail "A version has letters, digits, '.', '_' and '-': not '$version'."
need_dotnet
need_node

name=modularrace-$version
mkdir -p artifacts
# Beside the result, so that it is moved and never half there.
work=$(mktemp -d artifacts/publish.XXXXXX)
trap 'rm -rf "$work"' EXIT

say "Publishing $version for linux-arm64"
# ReadyToRun: the first page in half the time, for 45 MB on the card.
dotnet publish src/Host -c Release -r linux-arm64 --self-contained -p:PublishReadyToRun=true -p:DebugType=none \
  -v q --nologo -o "$work/$name/host" >"$work/log" 2>&1 || {
  tail -n 20 "$work/log" >&2
  fail "The host could not be published."
}
mkdir "$work/$name/pi"
cp -R build/pi/{install,update,rollback}.sh build/pi/common.sh build/pi/files "$work/$name/pi/"
cp docs/pi.md "$work/$name/"
printf '%s\n' "$version" >"$work/$name/VERSION"
chmod -R u=rwX,go=rX "$work/$name"
(cd "$work/$name" && find . -type f -print0 | sort -z | xargs -0 sha256sum) >"$work/manifest"
mv "$work/manifest" "$work/$name/MANIFEST.sha256"
chmod 644 "$work/$name/MANIFEST.sha256"
tar -C "$work" --owner=0 --group=0 -czf "$work/$name.tar.gz" "$name"
mv "$work/$name.tar.gz" "artifacts/$name-linux-arm64.tar.gz"
say "artifacts/$name-linux-arm64.tar.gz"
