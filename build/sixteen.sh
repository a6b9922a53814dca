#!/usr/bin/env bash
# Sixteen devices upload the same fault at the same moment, again and again: build/sixteen.sh [rounds]
# Each under UUIDs of its own, to a real cloud on a real PostgreSQL; 500 rounds where nothing else is said. Each time one
# incident must stand with all sixteen reports, and no client be left with an error.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=build/prerequisites.sh
. build/prerequisites.sh

need_dotnet
need_node
if [ -z "${MODULARRACE_TEST_POSTGRES:-}" ] && ! docker info >/dev/null 2>&1; then need_postgres; fi
dotnet build -c Release -v q --nologo tests/ModularRace.RaceDay.Tests
MODULARRACE_SIXTEEN_ROUNDS=${1:-500} dotnet run -c Release --no-build --project tests/ModularRace.RaceDay.Tests -- \
  --no-ansi --progress off --output detailed --filter-class '*SixteenAtOnceTests'
