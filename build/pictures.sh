#!/usr/bin/env bash
# Makes the pictures of the docs anew, from the running pages in Chromium: build/pictures.sh
#
# Look at them before committing: they are what a stranger sees first.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=build/prerequisites.sh
. build/prerequisites.sh
need_dotnet
need_node
need_browser
if [ -z "${MODULARRACE_TEST_POSTGRES:-}" ] && ! docker info >/dev/null 2>&1; then need_postgres; fi
dotnet build -c Release -v q --nologo -p:RunAnalyzersDuringBuild=false tests/ModularRace.Browser.Tests >/dev/null || fail "The browser tests do not build: dotnet build -c Release tests/ModularRace.Browser.Tests"
dotnet run -c Release --no-build --project tests/ModularRace.Browser.Tests -- --explicit only --filter-class "*.Pictures"
git status --short docs/pictures
