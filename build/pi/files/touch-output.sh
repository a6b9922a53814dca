#!/usr/bin/env bash
# For udev: which output the touch belongs to, the connected DSI one, or whichever is connected.
set -euo pipefail
for kind in DSI ''; do
  for status in /sys/class/drm/card*-"$kind"*/status; do
    if [ -r "$status" ] && [ "$(cat "$status")" = connected ]; then
      output=${status%/status}
      output=${output##*/}
      echo "WL_OUTPUT=${output#*-}"
      exit
    fi
  done
done
