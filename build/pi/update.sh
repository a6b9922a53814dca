#!/usr/bin/env bash
# A newer version on a Pi: sudo modularrace-update modularrace-<version>-linux-arm64.tar.gz
#
# The database is copied before; a version that does not become ready is taken back by itself. The screen is without its host
# for some seconds, and keeps what is tapped meanwhile.
set -euo pipefail
# shellcheck source=build/pi/common.sh
. "$(dirname "$(readlink -f "$0")")/common.sh"

if [ $# != 1 ] || [ ! -f "$1" ]; then
  sed -n '2,/^set -e/{/^set -e/d;s/^# \{0,1\}//;p}' "$0"
  exit 2
fi
need_root
take_turn
[ -L "$place/current" ] || fail "Nothing is installed here yet: install.sh does that."

# Unpacked, copied and the database's copy beside it, on a card that must not run full on a race day.
free=$(df -Pk "$place" | awk 'NR == 2 { print $4 }')
[ "$free" -gt $((1024 * 1024)) ] || fail "There is less than 1 GB left on the card; an update needs that."

work=$(mktemp -d "$place/unpacking.XXXXXX")
trap 'rm -rf "$work"' EXIT
tar -C "$work" --no-same-owner -xzf "$1" || fail "$1 cannot be unpacked: copy it again. Nothing was changed."
release=$(echo "$work"/modularrace-*)
check_release "$release" || fail "$1 is damaged: copy it again. Nothing was changed."
version=$(cat "$release/VERSION")
[ "$version" != "$(version_in_use)" ] || { say "$version runs already."; exit 0; }
add_release "$release"
rm -rf "$work"
switch_to "$version"
[ -n "$root" ] || "$place/current/pi/install.sh" --files-only
