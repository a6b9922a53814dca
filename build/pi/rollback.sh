#!/usr/bin/env bash
# Back to the version before the last update: sudo modularrace-rollback [--restore-database]
#
# Where that update did not change the schema, the program alone goes back and everything stays. Where it did, the older
# program cannot read the database as it is: --restore-database puts back the copy from before the update. What was reported
# since is then not on the screen; it stays in the other database, which is kept under another name. So sync first, or write an
# archive to a stick.
set -euo pipefail
# shellcheck source=build/pi/common.sh
. "$(dirname "$(readlink -f "$0")")/common.sh"

restore=
case ${1:-} in
  '') ;;
  --restore-database) restore=yes ;;
  *) sed -n '2,/^set -e/{/^set -e/d;s/^# \{0,1\}//;p}' "$0"; exit 2 ;;
esac
need_root
take_turn

dump=$(cat "$place/before-current" 2>/dev/null) || fail "There was no update here that could be taken back."
before=$(cat "$dump.version")
now=$(version_in_use)
[ "$before" != "$now" ] || fail "$before runs already: the last update was taken back before."
[ -d "$place/releases/$before" ] || fail "$before is not on this card any more; update to it with its tar."

same=
migrations >"$dump.now" || fail "The database does not answer: journalctl -u postgresql. Nothing was changed."
if cmp -s "$dump.now" "$dump.migrations"; then same=yes; fi
rm -f "$dump.now"
if [ -z "$same" ] && [ -z "$restore" ]; then
  fail "$now changed the schema, which $before cannot read. Sync first (or write an archive to a stick); then: $0 --restore-database"
fi

stamp=$(date -u +%Y%m%dT%H%M%S%3NZ)
systemctl stop modularrace.service
dump_database "$backups/$stamp-before-rollback-to-$before.dump" || { systemctl start modularrace.service; exit 1; }
if [ -z "$same" ]; then
  kept=${database}_until_${stamp,,}
  restore_database "$dump" "$kept" || { systemctl start modularrace.service; fail "The copy could not be put back; $now runs on, nothing was changed."; }
  say "What was there until now is kept in the database $kept and in $backups/$stamp-before-rollback-to-$before.dump."
fi
set_link previous "$now"
set_link current "$before"
systemctl start modularrace.service
await_ready || fail "$before does not become ready: journalctl -u modularrace"
say "$before runs again."
