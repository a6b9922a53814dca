#!/usr/bin/env bash
# A fresh Raspberry Pi OS Lite (64-bit, Bookworm or Trixie) becomes a kiosk, from an unpacked release:
#
#   sudo pi/install.sh --name mr-01 [--cloud https://...] [--turned 0|90|180|270] [--rtc-battery]
#   sudo pi/install.sh --from pis.conf --name mr-01 [--rtc-battery]
#
# Run again it repairs, and takes a changed line or a newer release (with the database copied before); it deletes nothing.
# --rtc-battery charges the cell at the Pi 5's J5 connector: only for the rechargeable one that is sold for it.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=build/pi/common.sh
. "$here/common.sh"
files=$here/files

name='' cloud='' turned='' country='' wifi='' password='' from='' rtc='' files_only='' network_only=
while [ $# -gt 0 ]; do
  case $1 in
    --name | --cloud | --turned | --from)
      [ $# -ge 2 ] || fail "$1 needs a value."
      printf -v "${1#--}" '%s' "$2"
      shift 2
      ;;
    --rtc-battery) rtc=yes; shift ;;
    --files-only) files_only=yes; shift ;; # what update.sh asks for: the units and settings that the release brings
    --network-only) network_only=yes; shift ;; # what a card's first start asks for, before there is a network
    *) sed -n '2,/^set -e/{/^set -e/d;s/^# \{0,1\}//;p}' "$0"; exit 2 ;;
  esac
done
need_root
settings=$root/etc/modularrace

# system <command>...: what changes the running system and not its files; with MODULARRACE_ROOT it is only said.
system() { if [ -n "$root" ]; then say "would run: $*"; else "$@"; fi; }

# put <file> <place> [mode] [owner]: in one step, so that a power cut leaves the old one or the new one.
put() {
  local to=$root$2
  mkdir -p "$(dirname "$to")"
  if cmp -s "$1" "$to"; then chmod "${3:-644}" "$to"; else
    install -m "${3:-644}" "$1" "$to.new"
    mv "$to.new" "$to"
  fi
  [ -n "$root" ] || chown "${4:-root:root}" "$to"
}

# put_text <place> [mode] [owner]: the same from what is read.
put_text() {
  local text
  text=$(mktemp)
  cat >"$text"
  put "$text" "$@"
  rm -f "$text"
}

check_machine() {
  [ -z "$root" ] || return 0
  [ "$(dpkg --print-architecture)" = arm64 ] || fail "This is no 64-bit Raspberry Pi OS (arm64)."
  # shellcheck disable=SC1091
  case $(. /etc/os-release && echo "$VERSION_ID") in
    12 | 13) ;;
    *) fail "This is neither Bookworm (12) nor Trixie (13)." ;;
  esac
}

# Its own line, else what an earlier run was told.
read_settings() {
  local asked_turned=$turned asked_cloud=$cloud
  if [ -n "$from" ]; then
    [ -n "$name" ] || fail "--from needs --name: which line."
    read_pi "$from" "$name"
  elif [ -f "$settings/pi.conf" ]; then
    local asked_name=$name key value
    while IFS='=' read -r key value; do
      case $key in name | cloud | turned | country) printf -v "$key" '%s' "$value" ;; esac
    done <"$settings/pi.conf"
    name=${asked_name:-$name} cloud=${asked_cloud:-$cloud}
  fi
  turned=${asked_turned:-${turned:-0}}
  check_pi
}

install_packages() {
  local browser=chromium
  say "Packages"
  system apt-get update -q
  # Raspberry Pi OS Bookworm has its own build under the older name.
  if [ -z "$root" ] && ! apt-cache show chromium >/dev/null 2>&1; then browser=chromium-browser; fi
  system env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
    postgresql libicu-dev libssl3 ca-certificates curl nftables cage wlr-randr "$browser" fonts-noto-core systemd-timesyncd network-manager polkitd ffmpeg
}

make_users() {
  # No shell, no password, no home that anybody could sign in to.
  local user
  for user in modularrace modularrace-kiosk; do
    if [ -n "$root" ] || ! getent passwd $user >/dev/null; then
      system useradd --system --home-dir /var/lib/$user --no-create-home --shell /usr/sbin/nologin $user
    fi
  done
  system usermod -aG video,render,input modularrace-kiosk
}

make_database() {
  say "PostgreSQL"
  local version=15 cluster
  if [ -z "$root" ]; then
    # The one that is there; of several the newest.
    version=$(pg_lsclusters -h | awk '$2 == "main" { print $1 }' | sort -V | tail -n 1)
    [ -n "$version" ] || fail "There is no PostgreSQL cluster 'main': apt-get install --reinstall postgresql-common postgresql"
  fi
  cluster=/etc/postgresql/$version/main
  put "$files/postgresql.conf" "$cluster/conf.d/modularrace.conf" 644 postgres:postgres
  put "$files/postgresql-restart.conf" /etc/systemd/system/postgresql@.service.d/modularrace.conf
  [ -z "$root" ] || return 0

  systemctl daemon-reload
  local data
  data=$(pg_conftool -s "$version" main show data_directory)
  if ! as_postgres "/usr/lib/postgresql/$version/bin/pg_controldata" "$data" | grep -Eq 'page checksum version: +[1-9]'; then
    # Offline, in place: a card that gives back other bytes than were written is told apart.
    systemctl stop modularrace.service 2>/dev/null || true
    systemctl stop "postgresql@$version-main"
    as_postgres "/usr/lib/postgresql/$version/bin/pg_checksums" --enable -D "$data"
  fi
  if ! systemctl -q is-active "postgresql@$version-main" || [ "$(sql -d postgres -c 'SHOW wal_level')" != minimal ] || [ "$(sql -d postgres -c 'SHOW listen_addresses')" != "" ]; then
    systemctl restart "postgresql@$version-main"
  else
    systemctl reload "postgresql@$version-main"
  fi
  local tries=0
  until as_postgres pg_isready -q; do
    tries=$((tries + 1))
    [ $tries -lt 60 ] || fail "PostgreSQL does not answer: journalctl -u postgresql@$version-main"
    sleep 1
  done
  # By the socket, as the system's user of that name: there is no password that could be read or lost.
  [ "$(sql -d postgres -c "SELECT count(*) FROM pg_roles WHERE rolname = 'modularrace'")" = 1 ] || sql -d postgres -c "CREATE ROLE modularrace LOGIN"
  [ "$(sql -d postgres -c "SELECT count(*) FROM pg_database WHERE datname = '$database'")" = 1 ] ||
    sql -d postgres -c "CREATE DATABASE $database OWNER modularrace TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
  local setting
  for setting in fsync full_page_writes synchronous_commit data_checksums; do
    [ "$(sql -d "$database" -c "SHOW $setting")" = on ] || fail "R1: $setting is not on. Something in $cluster turns it off."
  done
}

put_files() {
  say "Settings and units"
  local unit
  for unit in modularrace modularrace-watch modularrace-kiosk modularrace-firewall modularrace-stick@; do
    put "$files/$unit.service" "/etc/systemd/system/$unit.service"
  done
  put "$files/firewall.nft" /etc/modularrace/firewall.nft
  put "$files/70-modularrace.rules" /etc/udev/rules.d/70-modularrace.rules
  put "$files/60-modularrace.rules" /etc/polkit-1/rules.d/60-modularrace.rules
  put "$files/pam" /etc/pam.d/modularrace-kiosk
  put "$files/journald.conf" /etc/systemd/journald.conf.d/modularrace.conf
  put "$files/timesyncd.conf" /etc/systemd/timesyncd.conf.d/modularrace.conf
  put "$files/watchdog.conf" /etc/systemd/system.conf.d/modularrace.conf
  # Debian's browser and Raspberry Pi's read their rules from different places.
  put "$files/chromium-policy.json" /etc/chromium/policies/managed/modularrace.json
  put "$files/chromium-policy.json" /etc/chromium-browser/policies/managed/modularrace.json
  # A stick's place is nobody's while none is there.
  mkdir -p "$root/media/stick"
  chmod 755 "$root/media/stick"
  mkdir -p "$root/usr/local/sbin"
  ln -sfn /opt/modularrace/current/pi/update.sh "$root/usr/local/sbin/modularrace-update"
  ln -sfn /opt/modularrace/current/pi/rollback.sh "$root/usr/local/sbin/modularrace-rollback"

  put_text /etc/modularrace/pi.conf <<TEXT
name=$name
cloud=$cloud
turned=$turned
country=$country
TEXT
  # Lines of one's own (a device token, an interval) stand in local.env, which no install touches.
  put_text /etc/modularrace/host.env 640 root:modularrace <<TEXT
SYSTEM_MODE=offline_device
ASPNETCORE_URLS=http://127.0.0.1:5081
Phones__Port=5443
ConnectionStrings__ModularRace=Host=/var/run/postgresql;Username=modularrace;Database=$database
SYNC_SERVER_URL=$cloud
Clips__Directory=/var/lib/modularrace/clips
Stick__Path=/media/stick
DOTNET_EnableDiagnostics=0
TEXT
  put_text /etc/modularrace/kiosk.env <<TEXT
TURNED=$turned
TEXT
}

set_up_network() {
  # Files, for at a card's first start there is no bus to ask.
  put_text /etc/hostname <<<"$name"
  system hostname "$name"
  if [ -z "$root" ] && ! grep -qw "$name" /etc/hosts; then echo "127.0.1.1 $name" >>/etc/hosts; fi
  if [ -n "$country" ]; then
    if [ -n "$root" ] || command -v raspi-config >/dev/null; then system raspi-config nonint do_wifi_country "$country" || true; fi
  fi
  if [ -n "$wifi" ]; then
    put_text /etc/NetworkManager/system-connections/modularrace.nmconnection 600 <<TEXT
[connection]
id=modularrace
type=wifi

[wifi]
mode=infrastructure
ssid=$(nm_value "$wifi")
$([ -z "$password" ] || printf '\n[wifi-security]\nkey-mgmt=wpa-psk\npsk=%s\n' "$(nm_value "$password")")

[ipv4]
method=auto

[ipv6]
method=auto
TEXT
    # At a card's first start it does not run yet, and reads the file when it does.
    system nmcli connection reload || true
  fi
}

set_up_machine() {
  say "Screen, clock, card"
  # The screen is the kiosk's alone, and stays on.
  system systemctl set-default multi-user.target
  if [ -z "$root" ] && systemctl -q is-enabled display-manager.service 2>/dev/null; then systemctl disable --now display-manager.service; fi
  add_to_command_line consoleblank=0 vt.global_cursor_default=0
  if [ -n "$rtc" ]; then add_to_config dtparam=rtc_bbat_vchg=3000000; fi
  system timedatectl set-ntp true
  # Swapping wears the card, and slows a tap down by seconds.
  if [ -z "$root" ] && systemctl -q is-enabled dphys-swapfile.service 2>/dev/null; then systemctl disable --now dphys-swapfile.service; fi
}

# NetworkManager's files begin and end a value without spaces, and know the backslash.
nm_value() { sed 's/\\/\\\\/g;s/^ /\\s/;s/ $/\\s/' <<<"$1"; }

add_to_command_line() {
  local line=$root/boot/firmware/cmdline.txt word
  [ -f "$line" ] || return 0
  for word in "$@"; do
    grep -qwF -- "$word" "$line" || { sed "1s/\$/ $word/" "$line" >"$line.new" && sync "$line.new" && mv "$line.new" "$line"; }
  done
}

add_to_config() {
  local config=$root/boot/firmware/config.txt
  [ -f "$config" ] || return 0
  grep -qxF -- "$1" "$config" || { { cat "$config" && printf '\n[all]\n%s\n' "$1"; } >"$config.new" && sync "$config.new" && mv "$config.new" "$config"; }
}

start_all() {
  system systemctl daemon-reload
  system udevadm control --reload
  system systemctl restart systemd-journald.service
  system systemctl try-restart systemd-timesyncd.service
  system systemctl enable modularrace.service modularrace-kiosk.service modularrace-firewall.service
  system systemctl restart modularrace-firewall.service
}

check_machine
read_settings
if [ -n "$files_only" ]; then
  put_files
  start_all
  # The page on the screen is the older version's until it is loaded anew; its taps are kept.
  system systemctl restart modularrace-kiosk.service
  exit 0
fi

if [ -n "$network_only" ]; then
  set_up_network
  exit 0
fi

take_turn
check_release "$here/.." || fail "This release is damaged: copy and unpack it again. Nothing was changed."
install_packages
make_users
make_database
put_files
set_up_network
set_up_machine
add_release "$(readlink -f "$here/..")"
version=$(cat "$here/../VERSION") before=$(version_in_use)
start_all
if [ -n "$before" ] && [ "$before" != "$version" ]; then
  system switch_to "$version"
else
  [ "$before" = "$version" ] || set_link current "$version"
  system systemctl restart modularrace.service
  system await_ready || fail "The host does not become ready: journalctl -u modularrace"
fi
system systemctl restart modularrace-kiosk.service
say "$name runs $version. Start it anew once, so that screen, watchdog and command line hold: sudo reboot"
