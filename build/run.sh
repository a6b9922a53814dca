#!/usr/bin/env bash
# A cloud and a Pi on this machine, with the start lists of Tesero 2026: build/run.sh [--fresh]
#
# Keeps everything in .local/ (git-ignored): a private PostgreSQL cluster, the logs, the admin's password. A second start
# keeps the data; --fresh begins anew. Ctrl-C stops all of it.
#
# To use a PostgreSQL of your own instead, give one of
#   MODULARRACE_POSTGRES               "Host=...;Username=...;Password=...": a role that may create databases; they are
#                                      called modularrace_cloud and modularrace_pi
#   ConnectionStrings__ModularRace     the cloud's database; the Pi's is called the same with _pi behind it
# Ports: MODULARRACE_CLOUD_PORT (5080), MODULARRACE_PI_PORT (5081), MODULARRACE_PHONES_PORT (5443).
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=build/prerequisites.sh
. build/prerequisites.sh

fresh=
for argument in "$@"; do
  case $argument in
    --fresh) fresh=yes ;;
    -h | --help)
      sed -n '2,/^set -e/{/^set -e/d;s/^# \{0,1\}//;p}' "$0"
      exit 0
      ;;
    *) fail "Unknown argument: $argument. Usage: build/run.sh [--fresh]" ;;
  esac
done

cloud_port=${MODULARRACE_CLOUD_PORT:-5080} pi_port=${MODULARRACE_PI_PORT:-5081} phones_port=${MODULARRACE_PHONES_PORT:-5443}
cloud=http://127.0.0.1:$cloud_port pi=http://127.0.0.1:$pi_port
given=${MODULARRACE_POSTGRES:-${ConnectionStrings__ModularRace:-}}

for port in "$cloud_port" "$pi_port" "$phones_port"; do
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    fail "Port $port is in use, perhaps by another build/run.sh. Stop what uses it, or set MODULARRACE_CLOUD_PORT, MODULARRACE_PI_PORT and MODULARRACE_PHONES_PORT."
  fi
done

need_dotnet
need_node
if [ -z "$given" ]; then
  need_postgres
elif ! command -v psql >/dev/null; then
  install_packages "psql, to make the two databases on your server" postgresql-client
fi

mkdir -p .local/log
chmod 755 .local

# --- PostgreSQL -------------------------------------------------------------------------------------------------------

# The server refuses to run as root: then it runs as postgres, or as nobody where there is no such user.
as_server=()
if [ "$(id -u)" = 0 ]; then
  server_user=nobody
  if getent passwd postgres >/dev/null; then server_user=postgres; fi
  as_server=(setpriv "--reuid=$server_user" "--regid=$(id -g "$server_user")" --clear-groups)
fi

programs='' sockets='' postgres_pid='' cloud_pid='' pi_pid=''

place_of_cluster() {
  local place=$PWD/.local/postgres
  if [ ${#as_server[@]} -gt 0 ] && ! "${as_server[@]}" test -x "$PWD/.local"; then
    # A checkout under /root cannot be entered by the server's user.
    place=/var/tmp/modularrace-$(printf %s "$PWD" | cksum | cut -d' ' -f1)
  fi
  say "$place"
}

start_cluster() {
  local place
  place=$(place_of_cluster)
  if [ -n "$fresh" ]; then
    stop_leftover "$place"
    rm -rf "$place"
  fi
  programs=$(postgres_programs "$(cat "$place/data/PG_VERSION" 2>/dev/null || printf any)")
  if [ ! -f "$place/data/PG_VERSION" ]; then
    say "Making a private PostgreSQL cluster in ${place#"$PWD"/}"
    mkdir -p "$place"
    if [ ${#as_server[@]} -gt 0 ]; then chown "$server_user" "$place"; fi
    chmod 700 "$place"
    "${as_server[@]}" "$programs/initdb" -D "$place/data" -U modularrace -A trust --locale=C -E UTF8 >.local/log/initdb.log 2>&1 ||
      fail "The cluster could not be made: $(tail -n 3 .local/log/initdb.log)"
  fi
  [ "$(cat "$place/data/PG_VERSION")" = "$("$programs/postgres" --version | sed -E 's/.* ([0-9]+)[.a-z].*/\1/')" ] ||
    fail "The cluster in ${place#"$PWD"/} was made by PostgreSQL $(cat "$place/data/PG_VERSION"), which is gone: install it, or begin anew with --fresh."
  stop_leftover "$place"

  # A socket in a folder that only the server's user (and root) can enter; a path in the checkout may be too long for one.
  sockets=$(mktemp -d /tmp/modularrace.XXXXXX)
  if [ ${#as_server[@]} -gt 0 ]; then chown "$server_user" "$sockets"; fi
  # In a session of its own, so that Ctrl-C reaches the hosts first.
  setsid "${as_server[@]}" "$programs/postgres" -D "$place/data" -k "$sockets" -c listen_addresses= -c timezone=UTC >.local/log/postgres.log 2>&1 </dev/null &
  postgres_pid=$!
  local tries=0
  until "$programs/pg_isready" -q -h "$sockets" -U modularrace -d postgres; do
    kill -0 "$postgres_pid" 2>/dev/null || fail "PostgreSQL did not start: $(tail -n 3 .local/log/postgres.log)"
    tries=$((tries + 1))
    [ $tries -lt 300 ] || fail "PostgreSQL does not answer; see .local/log/postgres.log"
    sleep 0.1
  done
  psql_() { "$programs/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h "$sockets" -U modularrace -d postgres "$@"; }
  server="Host=$sockets;Username=modularrace" cloud_database=modularrace_cloud pi_database=modularrace_pi
}

# A server that an earlier run left behind (it was killed): it is ours alone.
stop_leftover() {
  local pid
  pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null || true)
  if [ -n "$pid" ] && [ "$(readlink "/proc/$pid/cwd" 2>/dev/null)" = "$1/data" ]; then
    kill -INT "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
  fi
}

use_given() {
  local part key value database=
  server=
  while IFS= read -r part; do
    key=$(printf %s "${part%%=*}" | tr '[:upper:]' '[:lower:]' | tr -d ' ')
    value=${part#*=}
    case $key in
      '') continue ;;
      host | server) export PGHOST=$value ;;
      port) export PGPORT=$value ;;
      username | userid | user) export PGUSER=$value ;;
      password) export PGPASSWORD=$value ;;
      sslmode) PGSSLMODE=$(printf %s "$value" | tr '[:upper:]' '[:lower:]' | sed 's/verify\(ca\|full\)/verify-\1/') && export PGSSLMODE ;;
      database | db)
        database=$value
        continue
        ;;
    esac
    server="$server${server:+;}$part"
  done < <(printf '%s' "$given" | tr ';' '\n' && printf '\n')
  if [ -n "${MODULARRACE_POSTGRES:-}" ]; then
    cloud_database=modularrace_cloud pi_database=modularrace_pi
  else
    [ -n "$database" ] || fail "ConnectionStrings__ModularRace names no Database."
    cloud_database=$database pi_database=${database}_pi
    [ -z "$fresh" ] || fail "--fresh does not drop databases that you named yourself; drop $cloud_database and $pi_database, then start without it."
  fi
  psql_() { psql -X -q -A -t -v ON_ERROR_STOP=1 -d postgres "$@"; }
  psql_ -c 'SELECT 1' >/dev/null || fail "Your PostgreSQL does not answer as given."
  if [ -n "$fresh" ]; then
    psql_ -c "DROP DATABASE IF EXISTS $cloud_database WITH (FORCE)" -c "DROP DATABASE IF EXISTS $pi_database WITH (FORCE)"
  fi
}

make_database() {
  local there
  there=$(psql_ -c "SELECT count(*) FROM pg_database WHERE datname = '$1'")
  if [ "$there" = 0 ]; then psql_ -c "CREATE DATABASE \"$1\""; fi
}

# --- The hosts --------------------------------------------------------------------------------------------------------

build_host() {
  local program=src/Host/bin/Release/net10.0/ModularRace.Host.dll
  if [ -f "$program" ] && [ -f .local/built ] && [ -d src/Host/wwwroot/assets ] &&
    [ -z "$(find src build/front-end Directory.Build.props Directory.Packages.props \( -name bin -o -name obj -o -name node_modules -o -name assets \) -prune -o -newer .local/built -print -quit)" ]; then
    return
  fi
  say "Building (the first time takes a minute or two)"
  touch .local/building
  dotnet build -c Release -v q --nologo src/Host/ModularRace.Host.csproj >.local/log/build.log 2>&1 || {
    tail -n 20 .local/log/build.log >&2
    fail "The build failed; see .local/log/build.log"
  }
  mv .local/building .local/built
}

# start_host <name> <mode> <address> <database> [VARIABLE=value...]: leaves its process id in started
start_host() {
  local name=$1 mode=$2 address=$3 database=$4
  shift 4
  env -u ASPNETCORE_ENVIRONMENT -u DOTNET_ENVIRONMENT \
    SYSTEM_MODE="$mode" ASPNETCORE_URLS="$address" ConnectionStrings__ModularRace="$server;Database=$database" \
    Admin__Email="$email" Admin__Password="$password" Clips__Directory="$PWD/.local/clips-$name" "$@" \
    setsid dotnet src/Host/bin/Release/net10.0/ModularRace.Host.dll --contentRoot src/Host >".local/log/$name.log" 2>&1 </dev/null &
  started=$!
}

await_ready() {
  local name=$1 address=$2 pid=$3 tries=0
  until curl -fsS -m 2 -o /dev/null "$address/health/ready" 2>/dev/null; do
    kill -0 "$pid" 2>/dev/null || {
      tail -n 5 ".local/log/$name.log" >&2
      fail "The $name did not start; see .local/log/$name.log. Where its data is from another version of the program: build/run.sh --fresh"
    }
    tries=$((tries + 1))
    [ $tries -lt 600 ] || fail "The $name does not become ready; see .local/log/$name.log"
    sleep 0.2
  done
}

# shellcheck disable=SC2317 # called by the trap
stop_all() {
  trap - EXIT INT TERM HUP
  local pid
  for pid in $cloud_pid $pi_pid; do kill -TERM "$pid" 2>/dev/null || true; done
  for pid in $cloud_pid $pi_pid; do kill -CONT "$pid" 2>/dev/null || true; done
  for pid in $cloud_pid $pi_pid; do wait "$pid" 2>/dev/null || true; done
  if [ -n "$postgres_pid" ]; then
    kill -INT "$postgres_pid" 2>/dev/null || true
    wait "$postgres_pid" 2>/dev/null || true
  fi
  if [ -n "$sockets" ]; then rm -rf "$sockets"; fi
}

trap stop_all EXIT
trap 'say ""; say "Stopping."; exit 130' INT
trap 'exit 143' TERM HUP

command -v curl >/dev/null || install_packages "curl" curl
if [ -n "$fresh" ]; then rm -rf .local/clips-cloud .local/clips-pi; fi
email=admin@example.org
if [ ! -s .local/admin-password ] || [ -n "$fresh" ]; then
  (umask 077 && printf 'Ski-%s-7\n' "$(od -An -N9 -tx1 /dev/urandom | tr -d ' \n')" >.local/admin-password)
fi
password=$(cat .local/admin-password)

build_host
if [ -n "$given" ]; then use_given; else start_cluster; fi
make_database "$cloud_database"
make_database "$pi_database"

say "Starting the cloud and the Pi"
start_host cloud cloud "$cloud" "$cloud_database"
cloud_pid=$started
start_host pi offline_device "$pi" "$pi_database" SYNC_SERVER_URL="$cloud" Phones__Port="$phones_port"
pi_pid=$started
await_ready cloud "$cloud" "$cloud_pid"
await_ready pi "$pi" "$pi_pid"

MODULARRACE_PASSWORD=$password node build/example/load.mjs "$cloud" "$pi" "$email" || fail "The example was not loaded; see .local/log/cloud.log and .local/log/pi.log"

cat <<TEXT

  The cloud   http://localhost:$cloud_port    sign in as $email, password $password
  The Pi      http://127.0.0.1:$pi_port    the referee's touchscreen, made for 1280x720; no password on this machine
              (a phone on your network: touch Phones there)

  Choose a race and a place on the Pi, tap a bib, and look at the race's incidents on the cloud.
  Stop the cloud for a while with:  kill -STOP $cloud_pid   and let it go on with:  kill -CONT $cloud_pid
  The API is described at http://localhost:$cloud_port/scalar; logs are in .local/log. Ctrl-C stops everything.

TEXT

wait -n "$cloud_pid" "$pi_pid" ${postgres_pid:+"$postgres_pid"} || true
fail "One of the three has ended by itself; see .local/log. Stopping the others."
