#!/usr/bin/env bash
# One upload exchange cut after every byte, up and down: build/cuts.sh [step]
# A real Pi and a real cloud with a link between them that is cut; with a step of 10 after every tenth byte. Each record must
# arrive once, and nothing be said to be sent that is not there.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=build/prerequisites.sh
. build/prerequisites.sh

need_dotnet
need_node
if [ -z "${MODULARRACE_TEST_POSTGRES:-}" ] && ! docker info >/dev/null 2>&1; then need_postgres; fi
dotnet build -c Release -v q --nologo tests/ModularRace.RaceDay.Tests
MODULARRACE_CUT_STEP=${1:-1} dotnet run -c Release --no-build --project tests/ModularRace.RaceDay.Tests -- \
  --no-ansi --progress off --output detailed --filter-class '*CutTests'
