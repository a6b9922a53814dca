# Sourced by install.sh, update.sh and rollback.sh: where things lie on a Pi, and how a release takes another's place.
# shellcheck shell=bash
#
# MODULARRACE_ROOT (for tests) puts all of it below another folder.

root=${MODULARRACE_ROOT:-}
place=$root/opt/modularrace
backups=$root/var/backups/modularrace
database=modularrace
patience=${MODULARRACE_PATIENCE:-180}

say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

need_root() { [ -n "$root" ] || [ "$(id -u)" = 0 ] || fail "This needs root: sudo $0"; }

# One at a time: two updates would exchange each other's links.
take_turn() {
  mkdir -p "$root/run"
  exec 8>"$root/run/modularrace.lock"
  flock -n 8 || fail "Another install, update or rollback is running."
}

as_postgres() {
  if [ -n "$root" ]; then "$@"; else (cd / && runuser -u postgres -- "$@"); fi
}
sql() { as_postgres psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }

version_in_use() { basename "$(readlink "$place/current" 2>/dev/null || true)"; }

# set_link <name> <version>: at once, so that a power cut leaves the one or the other.
set_link() {
  ln -sfn "releases/$2" "$place/$1.new"
  mv -T "$place/$1.new" "$place/$1"
  sync "$place"
}

# check_release <folder>: each file is the one that was published. That tells damage apart, not a forger.
check_release() {
  [ -s "$1/VERSION" ] && [ -x "$1/host/ModularRace.Host" ] && (cd "$1" && sha256sum --quiet --strict -c MANIFEST.sha256)
}

# add_release <folder>: copies an unpacked release to its place, whole or not at all.
add_release() {
  local version
  version=$(cat "$1/VERSION")
  [[ $version =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ ]] || fail "'$version' is no version."
  mkdir -p "$place/releases"
  if [ -d "$place/releases/$version" ] && check_release "$place/releases/$version" >/dev/null 2>&1; then return; fi
  rm -rf "$place/releases/.$version.new"
  cp -R "$1" "$place/releases/.$version.new"
  [ -n "$root" ] || chown -R root:root "$place/releases/.$version.new"
  sync -f "$place/releases"
  # A damaged one makes room for its repair.
  rm -rf "$place/releases/.$version.old"
  if [ -d "$place/releases/$version" ]; then mv "$place/releases/$version" "$place/releases/.$version.old"; fi
  mv "$place/releases/.$version.new" "$place/releases/$version"
  rm -rf "$place/releases/.$version.old"
}

# What the schemas are: each migration that was applied. Fails where the database does not answer, which says nothing of them.
migrations() {
  local schema schemas
  schemas=$(sql -d "$database" -c "SELECT table_schema FROM information_schema.tables WHERE table_name = '__ef_migrations_history' ORDER BY 1") || return 1
  for schema in $schemas; do
    sql -d "$database" -c "SELECT '$schema ' || migration_id FROM \"$schema\".__ef_migrations_history ORDER BY 1" || return 1
  done
}

# dump_database <file>: whole, read back, and on the card before its name appears.
dump_database() {
  mkdir -p "$backups" && chmod 700 "$backups" || return 1
  if ! (umask 077 && as_postgres pg_dump -Fc -d "$database" >"$1.new") || ! as_postgres pg_restore -l <"$1.new" >/dev/null; then
    rm -f "$1.new"
    say "The database could not be copied. Nothing was changed." >&2
    return 1
  fi
  sync "$1.new" && mv "$1.new" "$1" && sync "$backups"
}

# restore_database <file> <name for the one in use>: into a new database, which takes the name when it is complete. The one in
# use keeps all that it holds, under another name.
restore_database() {
  local fresh=${database}_restoring
  # What an earlier try left half done, which never had the name.
  sql -d postgres -c "DROP DATABASE IF EXISTS $fresh WITH (FORCE)" 2>/dev/null || return 1
  sql -d postgres -c "CREATE DATABASE $fresh OWNER modularrace TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'" || return 1
  as_postgres pg_restore --exit-on-error --role=modularrace --no-owner -d "$fresh" <"$1" || return 1
  sql -d postgres -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '$database'" >/dev/null || return 1
  sql -d postgres -1 -c "ALTER DATABASE $database RENAME TO $2" -c "ALTER DATABASE $fresh RENAME TO $database"
}

# await_ready: whether the host says so within its time. A host that ends is started again by systemd meanwhile.
await_ready() {
  local until=$((SECONDS + patience))
  until curl -fsS -m 3 -o /dev/null http://127.0.0.1:5081/health/ready 2>/dev/null; do
    [ $SECONDS -lt $until ] || return 1
    sleep 0.5
  done
}

# switch_to <version>: the database is copied, the version started, and the one before it put back if it does not become ready.
switch_to() {
  local version=$1 before stamp dump
  before=$(version_in_use)
  stamp=$(date -u +%Y%m%dT%H%M%S%3NZ)
  dump=$backups/$stamp-before-$version.dump
  systemctl stop modularrace.service
  dump_database "$dump" || { systemctl start modularrace.service; exit 1; }
  migrations >"$dump.migrations" || { systemctl start modularrace.service; fail "The database does not answer. Nothing was changed."; }
  printf '%s\n' "$before" >"$dump.version"
  printf '%s\n' "$dump" >"$place/before-current"
  set_link previous "$before"
  set_link current "$version"
  systemctl start modularrace.service
  if await_ready; then
    forget_old_releases
    say "$version runs. Before it: $before (build/pi/rollback.sh, or modularrace-rollback). The database as it was: $dump"
    return
  fi

  say "$version did not become ready within $patience s; $before is put back." >&2
  systemctl stop modularrace.service
  set_link current "$before"
  # It never served a page, so that nothing was reported to it: the copy is the truth.
  migrations >"$dump.after" || fail "The database does not answer, so nobody knows whether $version changed it. The host is stopped, and nothing is lost: journalctl -u postgresql. Its copy from before is $dump. Use the spare Pi."
  if ! cmp -s "$dump.after" "$dump.migrations"; then
    restore_database "$dump" "${database}_failed_${stamp,,}" || fail "The database could not be put back. Its copy is $dump; the host is stopped. Use the spare Pi."
  fi
  rm -f "$dump.after"
  systemctl start modularrace.service
  await_ready || fail "$before does not become ready either: journalctl -u modularrace. The database as it was: $dump"
  fail "The update was undone: $before runs, and nothing is lost. What was wrong: journalctl -u modularrace"
}

# Programs are no data: the one in use and the one before it are kept.
forget_old_releases() {
  local folder name
  for folder in "$place"/releases/*; do
    name=$(basename "$folder")
    if [ "$name" != "$(version_in_use)" ] && [ "$name" != "$(basename "$(readlink "$place/previous" 2>/dev/null || true)")" ]; then rm -rf "$folder"; fi
  done
}

# read_pi <pis.conf> <name>: sets name, cloud, turned, country, wifi, password from its line; no line: fails.
read_pi() {
  local line
  # The last line counts too where no new line ends it.
  while IFS='|' read -r name cloud turned country wifi password || [ -n "$name" ]; do
    name=$(trim "$name")
    case $name in '' | '#'*) continue ;; esac
    [ "$name" = "$2" ] || continue
    # shellcheck disable=SC2034 # read by whoever calls
    cloud=$(trim "$cloud") turned=$(trim "$turned") country=$(trim "$country") wifi=$(trim "$wifi") password=$(trim "$password")
    return
  done <"$1"
  line=$(sed -n 's/^ *\([a-z0-9-]*\) *|.*/\1/p' "$1" | paste -sd' ')
  fail "$1 has no line for '$2'. It has: $line"
}
trim() { sed 's/^[[:space:]]*//;s/[[:space:]]*$//' <<<"$1"; }

# check_pi: what would make a Pi that nobody can use is refused before anything is written.
check_pi() {
  [[ $name =~ ^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$ ]] || fail "A Pi's name has small letters, digits and '-': not '$name'."
  [[ $cloud =~ ^(https://[^[:space:]\'\"\\]+)?$ ]] || fail "The cloud's address begins with https://: not '$cloud'."
  [[ $turned =~ ^(0|90|180|270)$ ]] || fail "The screen is turned by 0, 90, 180 or 270: not '$turned'."
  [[ $country =~ ^([A-Z]{2})?$ ]] || fail "The country of the Wi-Fi is two capitals, such as IT: not '$country'."
  [ -z "$wifi" ] || [ -n "$country" ] || fail "A Wi-Fi needs its country, or the Pi's radio stays off."
  [ -z "$password" ] || [ "${#password}" -ge 8 ] || fail "A Wi-Fi password has 8 characters or more."
}
