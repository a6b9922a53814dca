#!/usr/bin/env bash
# One upload exchange cut after every byte, up and down: build/cuts.sh [step]
# Clips cut at bytes of chance, and hosts killed between: build/cuts.sh clips [times]
# A real Pi and a real cloud with a link between them that is cut; with a step of 10 after every tenth byte. Each record must
# arrive once, each clip be what was sent, and nothing be said to be sent that is not there.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=build/prerequisites.sh
. build/prerequisites.sh

need_dotnet
need_node
if [ -z "${MODULARRACE_TEST_POSTGRES:-}" ] && ! docker info >/dev/null 2>&1; then need_postgres; fi
dotnet build -c Release -v q --nologo tests/ModularRace.RaceDay.Tests
if [ "${1:-}" = clips ]; then
  export MODULARRACE_CLIP_CUTS=${2:-500}
  what=(--filter-method '*ClipTransferTests.Wherever_*')
else
  export MODULARRACE_CUT_STEP=${1:-1}
  what=(--filter-class '*CutTests')
fi
dotnet run -c Release --no-build --project tests/ModularRace.RaceDay.Tests -- --no-ansi --progress off --output detailed "${what[@]}"
