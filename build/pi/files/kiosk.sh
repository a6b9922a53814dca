#!/usr/bin/env bash
# The compositor with the browser in it: run by modularrace-kiosk.service, and once more by cage, inside.
set -euo pipefail
TURNED=${TURNED:-0}

if [ "${1:-}" != inside ]; then
  # A touch device may come up after the screen.
  export WLR_LIBINPUT_NO_DEVICES=1 TURNED
  # Cage before 0.1.5 turns by itself, a quarter for each -r; later ones are told by wlr-randr.
  options=(-d)
  if cage -h 2>&1 | grep -q -- ' -r'; then
    for ((turn = 0; turn < TURNED; turn += 90)); do options+=(-r); done
    export TURNED=0
  fi
  exec cage "${options[@]}" -- "$0" inside
fi

if [ "$TURNED" != 0 ]; then
  wlr-randr | awk '/^[^ ]/ { print $1 }' | while read -r output; do wlr-randr --output "$output" --transform "$TURNED" || true; done
fi

host=http://127.0.0.1:5081
ready() { curl -fsS -m 2 -o /dev/null "$host/health/ready" 2>/dev/null; }

page=$host/
tries=0
until ready; do
  tries=$((tries + 1))
  if [ $tries -ge 60 ]; then
    # Words instead of a black screen; when the host is there after all, the browser is started anew.
    page=file:///opt/modularrace/current/pi/files/waiting.html
    me=$$
    (until ready; do sleep 2; done && kill "$me") &
    break
  fi
  sleep 1
done

# What is tapped while the host is away lies in the profile, which so is on the card; the cache needs not.
profile=$STATE_DIRECTORY/chromium
mkdir -p "$profile"
rm -f "$profile"/Singleton*
browser=$(command -v chromium || command -v chromium-browser)
exec "$browser" --kiosk --ozone-platform=wayland --user-data-dir="$profile" --disk-cache-dir="$RUNTIME_DIRECTORY/cache" --disk-cache-size=33554432 \
  --no-first-run --noerrdialogs --disable-session-crashed-bubble --hide-crash-restore-bubble --disable-infobars \
  --disable-pinch --overscroll-history-navigation=0 --touch-events=enabled --password-store=basic \
  --disable-features=Translate,OverscrollHistoryNavigation --disable-component-update --disable-background-networking \
  --autoplay-policy=no-user-gesture-required "$page"
