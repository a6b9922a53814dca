#!/usr/bin/env bash
# kill -9 at random moments, under load: build/kill.sh [N] [seed]
# N kills (default 8) of the Pi's host, the cloud's host and the PostgreSQL of each, which wait for their disks as in
# production. Nothing that was acknowledged may be lost, and nothing be there twice. The seed is printed.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=build/prerequisites.sh
. build/prerequisites.sh

need_dotnet
need_node
need_postgres
dotnet build -c Release -v q --nologo tests/ModularRace.RaceDay.Tests
MODULARRACE_KILLS=${1:-8} MODULARRACE_SEED=${2:-} dotnet run -c Release --no-build --project tests/ModularRace.RaceDay.Tests -- \
  --no-ansi --progress off --explicit only --filter-class '*KillTests'
