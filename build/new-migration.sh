#!/usr/bin/env bash
# Writes a module's migrations anew as one: for as long as nothing is in use anywhere.
# Usage: build/new-migration.sh Competitions|Incidents|Dedup|Sync|Identity
set -euo pipefail
cd "$(dirname "$0")/.."
module=$1
if [ "$module" = Identity ]; then
  project=src/Host/ModularRace.Host.csproj folder=src/Host/Identity/Migrations
  output=Identity/Migrations context=IdentityDbContext
else
  project=src/Modules/$module/ModularRace.$module/ModularRace.$module.csproj
  folder=src/Modules/$module/ModularRace.$module/Persistence/Migrations
  output=Persistence/Migrations context=${module}DbContext
fi
# A snapshot left behind would make the new migration a mere difference to it.
rm -rf "$folder" "$(dirname "$project")/ModularRace"
dotnet tool restore >/dev/null
dotnet ef migrations add Initial --project "$project" --startup-project "$project" --context "$context" --output-dir "$output"
