#!/usr/bin/env bash
# Install, update and rollback of a Pi, below a folder of its own and on a PostgreSQL of its own: build/pi/test.sh
# The real scripts, links, copies and databases; only systemd and the host's answer are played (a release whose file "bad" is
# there never becomes ready, one with "migration" changes the schema as it starts).
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=build/prerequisites.sh
. build/prerequisites.sh
need_postgres
programs=$(postgres_programs any)

work=$(mktemp -d /tmp/modularrace-pi.XXXXXX)
server=()
if [ "$(id -u)" = 0 ]; then
  server=(setpriv --reuid=postgres "--regid=$(id -g postgres)" --clear-groups)
  chown postgres "$work"
fi
stop() { "${server[@]}" "$programs/pg_ctl" -D "$work/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$work"; }
trap stop EXIT
"${server[@]}" "$programs/initdb" -D "$work/data" -U postgres -A trust --locale=C -E UTF8 --no-sync >/dev/null
"${server[@]}" "$programs/pg_ctl" -D "$work/data" -w -o "-k $work -c listen_addresses= -c fsync=off" start >/dev/null

export MODULARRACE_ROOT=$work/pi MODULARRACE_PATIENCE=1 PGHOST=$work PGUSER=postgres
pi=$MODULARRACE_ROOT
mkdir -p "$work/bin" "$pi"
export PATH=$work/bin:$programs:$PATH

# A start of the host: it migrates, and is there or not.
cat >"$work/bin/systemctl" <<'STUB'
#!/usr/bin/env bash
release=$MODULARRACE_ROOT/opt/modularrace/current
case "$1 ${2:-}" in
  'start modularrace.service')
    touch "$MODULARRACE_ROOT/running"
    if [ -f "$MODULARRACE_ROOT/away-after-start" ]; then mv "$MODULARRACE_ROOT/away-after-start" "$MODULARRACE_ROOT/away"; fi
    if [ -f "$release/host/migration" ]; then psql -X -q -d modularrace -f "$release/host/migration" >/dev/null 2>&1 || true; fi
    ;;
  'stop modularrace.service') rm -f "$MODULARRACE_ROOT/running" ;;
esac
STUB
cat >"$work/bin/curl" <<'STUB'
#!/usr/bin/env bash
[ -f "$MODULARRACE_ROOT/running" ] && [ ! -f "$MODULARRACE_ROOT/opt/modularrace/current/host/bad" ]
STUB
# The database does not answer one question while the file "away" is there, as one that is still starting; "away-after-start"
# takes it away with the next start of the host.
cat >"$work/bin/psql" <<STUB
#!/usr/bin/env bash
! rm "\$MODULARRACE_ROOT/away" 2>/dev/null || { echo "psql: error: connection refused" >&2; exit 2; }
exec "$programs/psql" "\$@"
STUB
# Waiting for the card proves nothing here and takes a minute.
printf '#!/bin/sh\n' >"$work/bin/sync"
chmod +x "$work/bin"/*

# release <version> [bad] [migration]: a tar as publish.sh makes it
release() {
  local folder=$work/modularrace-$1 migration=${3:-}
  mkdir -p "$folder/host"
  printf '#!/bin/sh\n' >"$folder/host/ModularRace.Host"
  chmod +x "$folder/host/ModularRace.Host"
  if [ -n "${2:-}" ]; then touch "$folder/host/bad"; fi
  if [ -n "$migration" ]; then
    echo "BEGIN; INSERT INTO sync.__ef_migrations_history VALUES ('$migration'); ALTER TABLE sync.reports ADD COLUMN \"$migration\" int; COMMIT;" >"$folder/host/migration"
  fi
  cp -R build/pi "$folder/pi"
  echo "$1" >"$folder/VERSION"
  (cd "$folder" && find . -type f -print0 | xargs -0 sha256sum) >"$work/manifest"
  mv "$work/manifest" "$folder/MANIFEST.sha256"
  tar -C "$work" -czf "$work/$1.tar.gz" "modularrace-$1"
}
query() { psql -X -q -A -t -d "${2:-modularrace}" -c "$1"; }
report() { query "INSERT INTO sync.reports (what) VALUES ('$1')"; }
reports() { query "SELECT string_agg(what, ' ' ORDER BY what) FROM sync.reports" "${1:-modularrace}"; }
current() { basename "$(readlink "$pi/opt/modularrace/current")"; }
update() { "$pi/opt/modularrace/current/pi/update.sh" "$work/$1.tar.gz" >"$work/log" 2>&1; }
rollback() { "$pi/opt/modularrace/current/pi/rollback.sh" "$@" >"$work/log" 2>&1; }
expect() {
  if [ "$2" = "$3" ]; then return; fi
  cat "$work/log" >&2
  fail "$1: expected '$3', is '$2'."
}
refused() {
  if "$@"; then fail "It should have been refused: $*"; fi
}

release one
release two
release three '' third
release broken bad fourth
release stuck bad
query "CREATE ROLE modularrace LOGIN" postgres
query "CREATE DATABASE modularrace OWNER modularrace" postgres
query "SET ROLE modularrace; CREATE SCHEMA sync; CREATE TABLE sync.__ef_migrations_history (migration_id text PRIMARY KEY);
  INSERT INTO sync.__ef_migrations_history VALUES ('first'); CREATE TABLE sync.reports (id bigint GENERATED ALWAYS AS IDENTITY, what text)"

say "Installing, and again, is the same"
install() { "$work/modularrace-$1/pi/install.sh" "${@:2}" >"$work/log" 2>&1; }
printf 'mr-02 | http://plain | 0 | | |\nmr-01 | https://race.example.org | 90 | IT | Race Office | a|b\\\\c-password' >"$work/pis.conf"
refused install one --from "$work/pis.conf" --name mr-02
refused install one --from "$work/pis.conf" --name mr-09
refused install one --name 'mr 01; rm'
expect "Refused, it wrote nothing" "$(find "$pi" -type f)" ""
install one --from "$work/pis.conf" --name mr-01 || { cat "$work/log"; fail "The install failed."; }
expect "The version" "$(current)" one
listing() { (cd "$pi" && find . -type f ! -name '*.lock' -printf '%p %m\n' -exec sha256sum {} + | sort); }
before=$(listing)
echo 'Sync__Interval=00:01:00' >"$pi/etc/modularrace/local.env"
install one || { cat "$work/log"; fail "The second install failed."; }
expect "Installed again" "$(listing | grep -v local.env)" "$before"
expect "Lines of one's own stay" "$(cat "$pi/etc/modularrace/local.env")" 'Sync__Interval=00:01:00'
wifi=$pi/etc/NetworkManager/system-connections/modularrace.nmconnection
expect "The Wi-Fi's password is for root" "$(stat -c %a "$wifi")" 600
expect "The Wi-Fi's password, as NetworkManager writes it" "$(sed -n 's/^psk=//p' "$wifi")" 'a|b\\\\c-password'
expect "The host may choose the Wi-Fi" "$(stat -c %a "$pi/etc/polkit-1/rules.d/60-modularrace.rules")" 644
expect "The host's settings are for root and its user" "$(stat -c %a "$pi/etc/modularrace/host.env")" 640
rm "$pi/opt/modularrace/releases/one/host/ModularRace.Host"
install one || { cat "$work/log"; fail "The repair failed."; }
expect "A damaged release is repaired" "$(listing | grep -v local.env)" "$before"
touch "$pi/running"

say "Updating"
report a
update two || { cat "$work/log"; fail "The update failed."; }
expect "The version" "$(current)" two
report b
head -c 3000 "$work/three.tar.gz" >"$work/torn.tar.gz"
refused update torn
expect "A torn tar changes nothing" "$(current) $(reports)" "two a b"

say "A version that does not start is taken back"
refused update stuck
expect "The version" "$(current) $(reports)" "two a b"
refused update broken
expect "The version, and the schema before it" "$(current) $(reports) $(query 'SELECT max(migration_id) FROM sync.__ef_migrations_history')" "two a b first"
expect "The owner" "$(query "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'sync'")" modularrace
expect "What it left is kept" "$(query "SELECT count(*) FROM pg_database WHERE datname LIKE 'modularrace\_failed\_%'")" 1
expect "The host runs" "$([ -f "$pi/running" ] && echo yes)" yes

say "A database that does not answer is not taken for a changed one"
touch "$pi/away"
refused update one
expect "It said so" "$(tail -n 1 "$work/log")" "The database does not answer. Nothing was changed."
expect "The version" "$(current) $(reports) $([ -f "$pi/running" ] && echo runs)" "two a b runs"
touch "$pi/away-after-start"
refused update stuck
expect "Its database stays the one in use" "$(reports) $(query "SELECT count(*) FROM pg_database WHERE datname LIKE 'modularrace\_failed\_%'")" "a b 1"
touch "$pi/running"

say "Rolling back"
update one || { cat "$work/log"; fail "The update failed."; }
report c
touch "$pi/away"
refused rollback --restore-database
expect "Nor is it exchanged for its copy" "$(current) $(reports)" "one a b c"
rollback || { cat "$work/log"; fail "The rollback failed."; }
expect "Without a new schema everything stays" "$(current) $(reports)" "two a b c"
refused rollback
update three || { cat "$work/log"; fail "The update failed."; }
report d
refused rollback
expect "With a new schema it asks first" "$(current) $(reports)" "three a b c d"
rollback --restore-database || { cat "$work/log"; fail "The rollback failed."; }
expect "The database as it was" "$(current) $(reports)" "two a b c"
kept=$(query "SELECT datname FROM pg_database WHERE datname LIKE 'modularrace\_until\_%'")
expect "What came since is kept" "$(reports "$kept")" "a b c d"
expect "Every copy is kept, for root alone" "$(find "$pi/var/backups/modularrace" -name '*.dump' -perm 600 | wc -l)" 9
expect "The programs of two versions are kept" "$(find "$pi/opt/modularrace/releases" -mindepth 1 -maxdepth 1 | wc -l)" 2
say "A Pi installs, updates and rolls back."
