// What every page of the touchscreen has: the clock, who reports, the counts, and the strip at the foot, kept up to date
// without reloading. Counts and their age come before the link: being offline is not a failure (R11).

import { Away, call, events as calls, get } from './api.js';
import * as camera from './camera.js';
import { figure, fill, h, icon, key } from './dom.js';
import * as memory from './memory.js';
import * as outbox from './outbox.js';
import { t } from './texts.js';
import * as times from './times.js';

/** 'device' with the answer of GET /device; 'host' when the host goes away or is back. */
export const events = new EventTarget();
export let device = null;
export let hostAway = false;

const strip = document.querySelector('.strip');
const clockFace = document.querySelector('.clock b');
const clockWord = document.querySelector('.clock span');
const who = document.querySelector('.who');
let seenOnline = null; // {online, since}: where the host does not tell since when

// ---- the clock

const showClock = () => { clockFace.textContent = times.clock(times.raceNow()); };
times.zone.addEventListener('change', showClock);

function tick() {
  showClock();
  setTimeout(tick, 1000 - times.raceNow() % 1000 + 2);
}

function trust() {
  if (!device) return;
  const known = device.clock_uncertainty_ms !== null && device.clock_uncertainty_ms !== undefined;
  const seconds = (device.clock_uncertainty_ms ?? 0) / 1000;
  const shown = seconds < 10 ? figure(Math.max(0.1, seconds), 1) : Math.round(seconds);
  clockWord.textContent = !known ? t('clock.unchecked') : seconds <= 30 ? t('clock.trusted', { seconds: shown }) : t('clock.doubt', { age: times.age(seconds * 1000) });
  clockWord.classList.toggle('doubt', !known || seconds > 30);
}

// ---- who reports

export function showPeople() {
  const names = memory.people();
  const now = memory.person();
  if (names.length === 0) {
    fill(who, h('a', { class: 'key', href: '/place#people' }, icon('user'), t('who.ask')));
    return;
  }
  fill(who, names.map(name => key(h('span', {}, name), {
    class: name.length > 7 ? 'long' : '', 'aria-pressed': name === now ? 'true' : 'false',
    onclick: () => { memory.setPerson(name); showPeople(); },
  })));
}

// ---- where

/** The race and the place of the bar: what the page is about, else what was chosen last on this screen. */
function showWhere() {
  const race = document.getElementById('where-race');
  const place = document.getElementById('where-place');
  const count = memory.read('mr.today', null);
  if (count !== null && document.cookie.includes('mr_place=')) document.querySelector('[data-count="today"]').textContent = count;
  if (race.textContent) {
    memory.write('mr.where', { race: race.textContent, place: place.textContent, zone: document.documentElement.dataset.zone ?? null });
    return;
  }
  const last = document.cookie.includes('mr_place=') ? memory.read('mr.where', null) : null;
  race.textContent = last?.race ?? t('where.none');
  place.textContent = last?.place ?? t('where.choose');
  if (!document.documentElement.dataset.zone && last?.zone) times.useZone(last.zone);
}

// ---- whether all is sent: said here for every page, and nowhere else

/** What of this Pi's reports and of the cloud's changes is not where it belongs yet, or may not be; null: nothing. */
export function notSent() {
  const { unsaved, additions, refused } = outbox.counts();
  if (refused > 0) return t('left.refused', { n: refused });
  if (unsaved > 0) return t('left.taps', { n: unsaved });
  if (additions > 0) return t('left.additions', { n: additions });
  if (!device) return t('moment');
  const reports = (device.pending_reports ?? 0) + reportsSince;
  if (reports > 0) return t('left.reports', { n: reports });
  if (device.pending > 0) return t('left.changes', { n: device.pending });
  if (device.failed > 0) return t('left.failed', { n: device.failed });
  if (device.conflicts > 0) return t('left.conflicts', { n: device.conflicts });
  if (device.held > 0) return t('left.held', { n: device.held });
  if (device.clips_pending > 0) return t('left.clips', { n: device.clips_pending });
  if (device.last_run_error || memory.read('mr.broke', null) === (device.last_sync_at ?? 'never')) return t('left.broke');
  if (wroteAt > askedAt) return t('moment');
  return null;
}

/** A sync that was asked for here could not be done: until one ends well, nothing says that all is sent. */
export function brokeOff() {
  memory.write('mr.broke', device?.last_sync_at ?? 'never');
  showStrip();
}

// ---- the strip

function showStrip() {
  const { unsaved, additions, refused } = outbox.counts();
  const pending = device?.pending_reports ?? 0;
  const left = notSent();
  const parts = [];
  const oldest = device?.oldest_pending_at ? t('strip.oldest', { age: times.age(times.wallNow() - Date.parse(device.oldest_pending_at)) }) : null;
  const small = refused > 0 ? t('strip.see') : unsaved + additions > 0 ? pending > 0 && t('strip.pending', { n: pending }) : device?.pending > 0 && oldest;
  const waits = unsaved + additions + (device?.pending ?? 0) + reportsSince > 0 || wroteAt > askedAt;
  const known = device?.paired && (device.last_sync_at || device.synced > 0); // else there is nothing to say yet
  if (refused > 0) parts.push(h('span', { class: 'lost' }, icon('alert'), left, h('small', {}, small)));
  else if (waits || (known && left !== null && device.failed === 0)) parts.push(h('span', { class: 'unsent' }, icon(waits || device.conflicts === 0 ? 'wait' : 'review'), left, small && h('small', {}, small)));
  else if (known && left === null) parts.push(h('span', { class: 'allsent' }, icon('check'), t('strip.allsent')));
  if (device?.failed > 0) parts.push(h('span', { class: 'failed' }, icon('alert'), t('strip.failed', { n: device.failed })));
  parts.push(link());
  // Where a camera films there is room for one of the two, and only it can be looked after here.
  const films = camera.part();
  if (films) parts.push(films);
  else if (device?.paired !== false) parts.push(h('span', {}, device?.last_sync_at ? t('strip.last', { time: times.moment(device.last_sync_at) }) : t('strip.never')));
  const free = cardFree();
  if (free) parts.push(h('span', { class: `end ${isCardLow() ? 'low' : ''}` }, icon(isCardLow() ? 'alert' : 'card'), free));
  fill(strip, parts);
}

function link() {
  if (hostAway) return h('span', {}, icon('sync'), t('link.away'));
  if (!device) return h('span', {}, icon('wait'), t('moment'));
  if (!device.paired) return h('span', {}, icon('pair'), t('link.unpaired'));
  if (device.syncing) return h('span', {}, icon('sync'), t('link.sending'));
  const since = device.link_since ?? seenOnline?.since;
  const word = device.online ? 'link.on' : 'link.off';
  return h('span', {}, icon(device.online ? 'link' : 'nolink'), since ? t(`${word}_since`, { time: times.moment(since) }) : t(word));
}

/** Less than a fifth of the card: long before no more clips are taken, which the Pi says by itself. */
export const isCardLow = () => device?.disk_total_bytes > 0 && device.disk_free_bytes < 0.2 * device.disk_total_bytes;

/** What is free of the card, of a hundred. */
export const cardPercent = () => Math.round(100 * device.disk_free_bytes / device.disk_total_bytes);

function cardFree() {
  if (!device || !(device.disk_free_bytes >= 0)) return null;
  if (device.disk_total_bytes > 0) return t('card.percent', { n: cardPercent() });
  return t('card.gb', { n: figure(device.disk_free_bytes / 1e9) });
}

// ---- asking the host

let askedAt = 0; // when what is known of the host was asked of it
let wroteAt = 0; // when it last took something: what was asked before knows nothing of that
let reportsSince = 0;
let soon = null;

/** In a moment, not at each of many events. */
function refreshSoon() {
  soon ??= setTimeout(() => { soon = null; refresh(); }, 300);
}

function showToSend() {
  const toSend = document.querySelector('[data-count="send"]');
  if (toSend && device) toSend.textContent = (device.pending_reports ?? device.pending) + reportsSince;
}

calls.addEventListener('written', ({ detail: path }) => {
  wroteAt = performance.now();
  if (/^\/incidents(\/[^/]+\/reports)?$/.test(path)) reportsSince++;
  showToSend();
  showStrip();
  refreshSoon();
});

/** Asks the host how it is; answers the device, or null while the host is away. */
export async function refresh() {
  const asked = performance.now();
  try {
    const answer = await call('GET', '/device', undefined, { timeoutMs: 4000 });
    device = answer.body;
    askedAt = asked;
    if (wroteAt <= asked) reportsSince = 0;
    if (seenOnline?.online !== device.online) seenOnline = { online: device.online, since: times.wallNow() };
    const took = performance.now() - asked;
    const host = answer.date ? Date.parse(answer.date) : NaN;
    // The header has whole seconds: it only tells a phone's clock from the Pi's, never corrects the Pi's own screen.
    const differs = host + 500 - (Date.now() - took / 2);
    times.useHostOffset(Number.isFinite(differs) && Math.abs(differs) > 1500 ? differs : 0);
    times.useOffset(device.clock_offset_ms);
    setAway(false);
    trust();
    events.dispatchEvent(new CustomEvent('device', { detail: device }));
    showToSend();
  } catch (error) {
    if (error instanceof Away) setAway(true);
  }
  showStrip();
  return hostAway ? null : device;
}

function setAway(away) {
  const changed = away !== hostAway;
  hostAway = away;
  document.documentElement.dataset.host = away ? 'away' : 'here';
  if (!changed) return;
  events.dispatchEvent(new Event('host'));
  if (!away) outbox.kick();
}

async function watch() {
  await refresh();
  setTimeout(watch, hostAway ? 1000 : device?.syncing ? 1000 : 4000);
}

/** The number on the Today key: incidents of the chosen race that stand. */
export function showToday(number) {
  const today = document.querySelector('[data-count="today"]');
  if (today) today.textContent = number > 999 ? '999+' : number;
  memory.write('mr.today', number);
}

/** Says something once, above the strip. */
export function toast(text, kind = '') {
  document.querySelector('.toast')?.remove();
  const note = h('button', { class: `toast ${kind}`, type: 'button', role: 'alert', onclick: () => note.remove() }, icon(kind === 'kind' ? 'wait' : 'alert', 's32'), text);
  document.body.append(note);
  setTimeout(() => note.remove(), 6000);
}

// A page that is left while the host is away would be an error page of the browser: stay, and say so.
document.addEventListener('click', async event => {
  const target = event.target.closest('a[href]');
  if (!target || target.origin !== location.origin || event.defaultPrevented) return;
  event.preventDefault();
  go(target.href);
});

/** Goes to a page of this host, if the host is there. */
export async function go(href) {
  try {
    await get('/sync/health', { timeoutMs: 2500 });
  } catch (error) {
    if (error instanceof Away) {
      setAway(true);
      showStrip();
      toast(t('away.stay'), 'kind');
      return;
    }
  }
  location.assign(href);
}

outbox.events.addEventListener('count', showStrip);
camera.events.addEventListener('camera', showStrip);
outbox.events.addEventListener('tap', event => {
  // It may be that the host does not answer.
  if (event.detail.tries > 0) refreshSoon();
});
document.addEventListener('contextmenu', event => event.preventDefault());
showWhere();
tick();
showPeople();
showStrip();
watch();
