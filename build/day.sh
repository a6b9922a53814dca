#!/usr/bin/env bash
# A race day at the Pi's screen in some minutes: build/day.sh [reports] [seed]
# Drives the real screen in Chromium (400 reports where nothing else is said), while the link goes and comes, uploads are
# cut, and the host is killed and stopped under the finger. What was tapped must be what stands on the Pi and on the cloud.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=build/prerequisites.sh
. build/prerequisites.sh

need_dotnet
need_node
need_browser
if [ -z "${MODULARRACE_TEST_POSTGRES:-}" ] && ! docker info >/dev/null 2>&1; then need_postgres; fi
dotnet build -c Release -v q --nologo tests/ModularRace.Browser.Tests
MODULARRACE_DAY_REPORTS=${1:-400} MODULARRACE_DAY_SEED=${2:-1} dotnet run -c Release --no-build --project tests/ModularRace.Browser.Tests -- \
  --no-ansi --progress off --output detailed --filter-class '*LongDayTests'
