#!/usr/bin/env bash
# Writes the stored OpenAPI documents anew from the running hosts: build/openapi.sh [--breaking]
#
# docs/openapi/{cloud,pi}.json are what tests compare with. What would break a client that was made for them is refused and
# told, unless --breaking says that it is meant. Look at the difference before committing it.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=build/prerequisites.sh
. build/prerequisites.sh
mode="write"
case ${1:-} in
-h | --help)
  sed -n '2,/^set -e/{/^set -e/d;s/^# \{0,1\}//;p}' "$0"
  exit 0
  ;;
--breaking) mode=breaking ;;
esac
need_dotnet
need_postgres
need_node
dotnet build -c Release -v q --nologo -p:RunAnalyzersDuringBuild=false tests/ModularRace.Contract.Tests >/dev/null || fail "The contract tests do not build: dotnet build -c Release tests/ModularRace.Contract.Tests"
MODULARRACE_OPENAPI=$mode dotnet run -c Release --no-build --project tests/ModularRace.Contract.Tests -- --filter-method "*The_document_that_a_host_serves_is_the_stored_one*"
git status --short docs/openapi
