// Times as the venue reads them: 24 hours, in the competition's zone. What the clock is worth comes from GET /device (R10).

import { language, t } from './texts.js';

const zoneOfPage = document.documentElement.dataset.zone || undefined;
let formats = make(zoneOfPage);
let offsetMs = 0;
let hostOffsetMs = 0;

function make(timeZone) {
  const of = options => new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { hour12: false, timeZone, ...options });
  return {
    seconds: of({ hour: '2-digit', minute: '2-digit', second: '2-digit' }),
    minutes: of({ hour: '2-digit', minute: '2-digit' }),
    day: of({ day: 'numeric', month: 'short' }),
    date: of({ year: 'numeric', month: '2-digit', day: '2-digit' }),
  };
}

/** Hears `change` where the zone is another: what shows a time shows it anew, before anybody reads a wrong hour. */
export const zone = new EventTarget();

/** The zone in which times are shown, IANA; the browser's where it is not known. */
export function useZone(timeZone) {
  try { formats = make(timeZone || undefined); } catch { formats = make(undefined); }
  zone.dispatchEvent(new Event('change'));
}

/** How the Pi's clock differs from the cloud's, milliseconds, as the Pi knows it. */
export const useOffset = ms => { offsetMs = ms ?? 0; };

/** How this browser's clock differs from the Pi's; they are one clock on the Pi's own screen, not on a referee's phone. */
export const useHostOffset = ms => { hostOffsetMs = Math.abs(ms) < 300 ? 0 : ms; };

/** The Pi's own wall clock now, milliseconds. */
export const wallNow = () => Date.now() + hostOffsetMs;

/** The race's time now: the Pi's clock as corrected by the cloud's. */
export const raceNow = () => wallNow() + offsetMs;

export const corrected = wallMs => wallMs + offsetMs;

const at = time => typeof time === 'number' ? time : Date.parse(time);
export const clock = time => formats.seconds.format(at(time));
export const hours = time => formats.minutes.format(at(time));
export const day = time => formats.day.format(at(time));
export const isToday = time => formats.date.format(at(time)) === formats.date.format(raceNow());

/** "10:49", or "7 Feb 10:49" on another day. */
export const moment = time => isToday(time) ? hours(time) : `${day(time)} ${hours(time)}`;

/** "3 s", "41 min", "5 h", "2 days". */
export function age(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return t('age.s', { n: seconds });
  const minutes = Math.floor(seconds / 60);
  if (minutes < 100) return t('age.min', { n: minutes });
  const whole = Math.floor(minutes / 60);
  return whole < 48 ? t('age.h', { n: whole }) : t('age.days', { n: Math.floor(whole / 24) });
}
