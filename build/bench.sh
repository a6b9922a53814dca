#!/usr/bin/env bash
# Measures, with the controls in the same run: build/bench.sh sync|dedup|clips|desk|tap|pi [part]...
#
# sync: 1,500 records over each preset of build/badlink.mjs beside the link's floor, what a cut costs, a tap during a sync,
# and 15,000 records on loopback beside plain SQL. Parts: edge 3g sat sat-slow-start cut taps rows; none: all, some minutes.
# dedup: what a tap costs in the duplicate rule among 10 thousand, 1 and 10 million standing incidents, as a ratio to the fewest,
# beside a bare commit. Parts: sizes, as 10k 1m 10m 250k; none: these three.
# clips: 20 clips of 2 MB over 3g and sat beside the link's floor, and taps sent meanwhile beside the same with no clips; what a cut
# sends again; memory with clips of 2 and of 200 MB. Parts: 3g sat cut memory; none: all, some ten minutes.
# desk: from a device's upload to one replica until its line is on a screen that the other serves; and a list of 100 incidents of
# 100,000 with each filter, beside the same by plain SQL; and what Lighthouse says of the pages. Parts: live lists lighthouse; none: all.
# tap: a touch until the screen says "saved", and its request alone, at 100 and at 20,000 incidents, idle and during a sync,
# beside a bare commit; and the page with 200 bibs.
# pi: from the start of the host to its first page, and the memory of host and database together, idle and busy.
# The exit code is not 0 when a goal was missed. Nothing else should run on the machine meanwhile.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=build/prerequisites.sh
. build/prerequisites.sh

case ${1:-} in
  sync|dedup|clips|desk|tap|pi) ;;
  *)
    sed -n '2,/^set -e/{/^set -e/d;s/^# \{0,1\}//;p}' "$0"
    exit 2
    ;;
esac

need_dotnet
need_node
if [ "$1" = tap ] || [ "$1" = desk ]; then need_browser; fi
if [ -z "${MODULARRACE_TEST_POSTGRES:-}" ] && ! docker info >/dev/null 2>&1; then need_postgres; fi

mkdir -p .local/log
say "Building"
built() {
  "$@" >.local/log/bench-build.log 2>&1 || {
    tail -n 20 .local/log/bench-build.log >&2
    fail "The build failed; see .local/log/bench-build.log"
  }
}
built dotnet build -c Release -v q --nologo benchmarks/ModularRace.Benchmarks
# The host as build/pi/publish.sh makes it, but for this machine's processor.
built dotnet publish src/Host -c Release --use-current-runtime --self-contained -p:PublishReadyToRun=true -v q --nologo -o .local/bench-host
export MODULARRACE_INSTALLED_HOST=$PWD/.local/bench-host
# Told to end, the program stops the hosts, the link and the database that it started; so it is told, however this script ends.
dotnet benchmarks/ModularRace.Benchmarks/bin/Release/net10.0/ModularRace.Benchmarks.dll "$@" &
bench=$!
trap 'kill -TERM "$bench" 2>/dev/null || true; wait "$bench" || true' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
wait "$bench"
