#!/usr/bin/env bash
# Race days by chance, on the real code over a real PostgreSQL: build/simulate.sh [N] [--seed S] [--steps K] [--story L]
#
# Runs N seeds (20) from S on (1), each of K steps (200). A seed that fails prints itself with the last L lines (40) of what
# happened; the same seed and steps are the same day again. See docs/simulator.md.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=build/prerequisites.sh
. build/prerequisites.sh
case ${1:-} in -h | --help)
  sed -n '2,/^set -e/{/^set -e/d;s/^# \{0,1\}//;p}' "$0"
  exit 0
  ;;
esac
need_dotnet
need_postgres
need_node
dotnet build -c Release -v q --nologo -p:RunAnalyzersDuringBuild=false tests/ModularRace.Simulation >/dev/null || fail "The simulator does not build: dotnet build -c Release tests/ModularRace.Simulation"
exec dotnet run -c Release --no-build --project tests/ModularRace.Simulation -- "$@"
