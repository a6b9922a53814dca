#!/usr/bin/env bash
# A card that sets its Pi up by itself: build/pi/card.sh <boot partition> <name> [pis.conf] [release.tar.gz]
#
# Write Raspberry Pi OS Lite (64-bit) to the card, leave its settings alone, and mount its boot partition; the desk machine's
# user must be able to write there. pis.conf is build/pi/pis.conf where none is named, the release the newest in artifacts.
# MODULARRACE_SSH_KEY: a file with the public key of whoever looks after the Pis; without one nobody can sign in to it.
#
# The Pi needs a network at its first start, for Debian's packages: the Wi-Fi of its line, or a cable. It takes about ten
# minutes, says on the screen what it does, and tries again where the network fails it.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=build/pi/common.sh
. "$here/common.sh"

if [ $# -lt 2 ] || [ $# -gt 4 ]; then
  sed -n '2,/^set -e/{/^set -e/d;s/^# \{0,1\}//;p}' "$0"
  exit 2
fi
boot=$1 pis=${3:-$here/pis.conf}
tar=${4:-$(find "$here/../../artifacts" -maxdepth 1 -name 'modularrace-*-linux-arm64.tar.gz' -printf '%T@ %p\n' 2>/dev/null | sort -n | tail -n 1 | cut -d' ' -f2-)}
for file in cmdline.txt config.txt; do
  [ -f "$boot/$file" ] || fail "$boot is no boot partition of a Raspberry Pi: it has no $file."
done
[ -f "$pis" ] || fail "$pis is not there; copy build/pi/pis.conf.example."
[ -f "$tar" ] || fail "There is no release: build/pi/publish.sh makes one."
read_pi "$pis" "$2"
turned=${turned:-0}
check_pi
grep -q 'init=.*firstboot\|systemd.run=\|root=' "$boot/cmdline.txt" || fail "$boot/cmdline.txt names no root."
free=$(df -Pk "$boot" | awk 'NR == 2 { print $4 }')
[ "$free" -gt $(($(stat -c %s "$tar") / 1024 + 10240)) ] || fail "The release does not fit on $boot."

mkdir -p "$boot/modularrace"
cp "$tar" "$boot/modularrace/release.tar.gz"
printf '%s | %s | %s | %s | %s | %s\n' "$name" "$cloud" "$turned" "$country" "$wifi" "$password" >"$boot/modularrace/pis.conf"
if [ -n "${MODULARRACE_SSH_KEY:-}" ]; then cp "$MODULARRACE_SSH_KEY" "$boot/modularrace/authorized_keys"; fi
cp "$here/files/firstrun.sh" "$boot/modularrace/firstrun.sh"

# systemd's own way to run something once at a start; the script takes these words away again.
if ! grep -q 'modularrace/firstrun.sh' "$boot/cmdline.txt"; then
  sed '1s#$# systemd.run="/bin/bash /boot/firmware/modularrace/firstrun.sh" systemd.run_success_action=reboot systemd.unit=kernel-command-line.target#' "$boot/cmdline.txt" >"$boot/cmdline.new"
  mv "$boot/cmdline.new" "$boot/cmdline.txt"
fi
sync
say "The card is ready for $name. Unmount it, put it into the Pi, and wait for the screen."
