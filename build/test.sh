#!/usr/bin/env bash
# Everything that the tests need, then all checks and tests: build/test.sh
# The last line is "N passed, N failed"; the exit code is not 0 when something failed or nothing ran.
#
# Tests run on a real PostgreSQL: the one of MODULARRACE_TEST_POSTGRES, a container, or a private cluster (see
# tests/ModularRace.Testing/PostgresCluster.cs).
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=build/prerequisites.sh
. build/prerequisites.sh

need_dotnet
need_node
if [ -z "${MODULARRACE_TEST_POSTGRES:-}" ] && ! docker info >/dev/null 2>&1; then need_postgres; fi
if ls -d tests/*Browser* >/dev/null 2>&1; then need_browser; fi
need_ffmpeg
need_shellcheck

passed=0 failed=0
results=$PWD/artifacts/tests
rm -rf "$results"
mkdir -p "$results"

# check <what> <command>...: a step beside the tests; where it fails, the run has failed.
check() {
  local what=$1
  shift
  say "== $what"
  if "$@" >"$results/check.log" 2>&1; then return; fi
  tail -n 40 "$results/check.log"
  say "FAILED: $what"
  failed=$((failed + 1))
}

say "== Build"
dotnet build -c Release -v q --nologo ModularRace.sln >"$results/build.log" 2>&1 || {
  grep -E 'error|warn' "$results/build.log" | sort -u | head -n 40
  say "The build failed; see artifacts/tests/build.log"
  say "0 passed, 1 failed"
  exit 1
}

check "Format" dotnet format ModularRace.sln --verify-no-changes --no-restore
check "Shell scripts" shellcheck -x build/*.sh build/pi/*.sh build/pi/files/*.sh
if [ -n "$(postgres_programs any)" ]; then check "Install, update and rollback of a Pi" build/pi/test.sh; fi

for project in tests/*Tests/*.csproj; do
  name=$(basename "$project" .csproj)
  log=$results/$name.log
  say "== $name"
  began=$SECONDS status=0
  dotnet run -c Release --no-build --project "$project" -- --no-ansi --progress off >"$log" 2>&1 || status=$?
  succeeded=$(sed -n 's/^ *succeeded: *\([0-9]*\).*/\1/p' "$log" | tail -n 1)
  broken=$(sed -n 's/^ *failed: *\([0-9]*\).*/\1/p' "$log" | tail -n 1)
  # A program that crashed, or ran no test, has failed though it counts none.
  if [ "$status" != 0 ] && [ "${broken:-0}" = 0 ]; then broken=1; fi
  if [ "${broken:-0}" != 0 ]; then
    grep -A 20 -E '^failed ' "$log" | head -n 200 || true
    [ -n "$succeeded" ] || tail -n 40 "$log"
  fi
  say "   ${succeeded:-0} passed, ${broken:-0} failed in $((SECONDS - began)) s"
  passed=$((passed + ${succeeded:-0})) failed=$((failed + ${broken:-0}))
done

if [ "$passed" = 0 ] && [ "$failed" = 0 ]; then
  say "No test ran."
  failed=1
fi
say "$passed passed, $failed failed"
[ "$failed" = 0 ]
