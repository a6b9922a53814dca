#!/usr/bin/env bash
# Three times in a row no answer within ten seconds: the host hangs. (A database that is away is no reason: "live" asks none.)
set -euo pipefail

silent=0
sleep 60
while true; do
  if curl -fsS -m 10 -o /dev/null http://127.0.0.1:5081/health/live 2>/dev/null; then
    silent=0
  else
    silent=$((silent + 1))
    echo "The host gives no answer ($silent of 3)."
  fi
  if [ $silent -ge 3 ]; then
    # Without waiting: this very unit is stopped with the host's.
    systemctl --no-block restart modularrace.service
    silent=0
  fi
  sleep 10
done
