// R1 at the glass: a tap is kept in the browser before it is sent, called saved only after the host answered 2xx, and then
// forgotten here. While the host is away taps wait, with their UUIDs and times, and deliver themselves when it is back;
// sending one twice changes nothing (R2: POST /incidents is idempotent by report_uuid).

import { Away, Refused, get, patch, post, uuid } from './api.js';
import { wallNow } from './times.js';

const prefix = 'mr.tap.';
const session = uuid();
const taps = new Map();      // report_uuid -> tap: all that are not done
const inFlight = new Map();  // report_uuid -> the promise of its delivery
let pause = 0;
let timer = null;

/** 'tap' with detail = the tap, at each change of one; 'count' when how many wait has changed. */
export const events = new EventTarget();

for (let at = 0; at < localStorage.length; at++) {
  const name = localStorage.key(at);
  if (!name.startsWith(prefix)) continue;
  try {
    const tap = JSON.parse(localStorage.getItem(name));
    taps.set(tap.report_uuid, tap);
  } catch { /* not ours to delete: it may be read by a newer version */ }
}

/** Taps that the host has not taken yet, oldest first. */
export const unsaved = () => [...taps.values()].filter(tap => !tap.saved).sort((a, b) => a.wall - b.wall);
export const refused = () => [...taps.values()].filter(tap => tap.refused);

/** An answer takes a few milliseconds: what is younger is on its way and not worth a word. */
export const patienceMs = 400;
const waits = tap => Date.now() - tap.stirred > patienceMs || tap.stirred > Date.now();

/** How many taps, and how many additions to saved ones, wait for the host; and how many it refused. */
export function counts() {
  const waiting = [...taps.values()].filter(tap => !tap.refused && waits(tap));
  return { unsaved: waiting.filter(tap => !tap.saved).length, additions: waiting.filter(tap => tap.saved).length, refused: refused().length };
}

/** Whether something that was added to a saved tap still waits. */
export const hasUnsavedAddition = tap => taps.has(tap.report_uuid) && Boolean(tap.saved) && waits(tap);

/** The touch, or what was added, begins to wait now. */
function stir(tap) {
  tap.stirred = Date.now();
  setTimeout(() => events.dispatchEvent(new Event('count')), patienceMs + 20);
}

function keep(tap) {
  taps.set(tap.report_uuid, tap);
  try {
    localStorage.setItem(prefix + tap.report_uuid, JSON.stringify(tap));
    tap.onlyInMemory = false;
  } catch {
    tap.onlyInMemory = true; // the browser's store is full: it still waits here, as long as the page is open
  }
  tell(tap);
}

function done(tap) {
  taps.delete(tap.report_uuid);
  localStorage.removeItem(prefix + tap.report_uuid);
  tell(tap);
}

function tell(tap) {
  events.dispatchEvent(new CustomEvent('tap', { detail: tap }));
  events.dispatchEvent(new Event('count'));
}

/** Records a tap and sends it. touched: performance.now() of the touch. */
export function tap({ race_uuid, race_location_uuid, bib_number, reporter_name, label }, touched = performance.now()) {
  const made = {
    report_uuid: uuid(), client_uuid: uuid(), race_uuid, race_location_uuid, bib_number, reporter_name, label,
    wall: Math.round(wallNow() - (performance.now() - touched)), touched, session,
    wants: {}, withdraw: false, saved: null, refused: null, tries: 0,
  };
  stir(made);
  keep(made);
  deliver(made);
  return made;
}

/** What the person adds to a tap: {description} or {athlete_position}. */
export function change(tap, fields) {
  tap.wants = { ...tap.wants, ...fields };
  stir(tap);
  tap.refused = null;
  keep(tap);
  return deliver(tap);
}

/** Takes the tap back. Nothing is deleted: it is withdrawn, and stays in the history (R5). */
export function withdraw(tap) {
  tap.withdraw = true;
  stir(tap);
  tap.refused = null;
  keep(tap);
  return deliver(tap);
}

/** Tries again what the host refused. */
export function again(tap) {
  tap.refused = null;
  stir(tap);
  keep(tap);
  return deliver(tap);
}

/** Sends a tap and what was added to it, until all of it is taken, it is refused, or the host is away. */
function deliver(tap) {
  const running = inFlight.get(tap.report_uuid);
  if (running) { tap.more = true; return running; }
  const run = (async () => {
    do {
      tap.more = false;
      await attempt(tap);
    } while (tap.more && !tap.refused);
  })().finally(() => inFlight.delete(tap.report_uuid));
  inFlight.set(tap.report_uuid, run);
  return run;
}

async function attempt(tap) {
  try {
    if (!tap.saved) {
      tap.tries++;
      const answer = await post('/incidents', {
        race_uuid: tap.race_uuid, race_location_uuid: tap.race_location_uuid ?? undefined, bib_number: tap.bib_number ?? undefined,
        reporter_name: tap.reporter_name ?? undefined, client_uuid: tap.client_uuid, report_uuid: tap.report_uuid,
        occurred_at: new Date(touchedAt(tap)).toISOString(), ...tap.wants,
      }, { timeoutMs: 5000 });
      tap.saved = answer;
      keep(tap);
    }
    await addWhatIsMissing(tap);
    if (tap.withdraw && !tap.withdrawn) {
      await post(`/reports/${tap.report_uuid}/withdraw`, { reason: 'Undone at the screen' });
      tap.withdrawn = true;
    }
    pause = 0;
    if (!tap.more) done(tap);
  } catch (error) {
    if (error instanceof Refused && error.status < 500 && ![408, 425, 429].includes(error.status)) {
      tap.refused = { code: error.code, message: error.message };
      keep(tap);
      return;
    }
    tap.more = false;
    if (!(error instanceof Away) && !(error instanceof Refused)) console.error(error);
    keep(tap);
    later();
  }
}

/** The wall clock of the touch. Within this page's life it follows a clock that was set meanwhile (R10). */
function touchedAt(tap) {
  if (tap.session !== session) return tap.wall;
  const now = wallNow() - (performance.now() - tap.touched);
  return Math.abs(now - tap.wall) > 1000 ? now : tap.wall;
}

/** What was added after the report had gone out, as patches of the versions that the host told. */
async function addWhatIsMissing(tap) {
  const { report, incident, matched } = tap.saved;
  const missing = Object.fromEntries(Object.entries(tap.wants).filter(([name, value]) => (report[name] ?? null) !== (value ?? null)));
  if (Object.keys(missing).length > 0) {
    tap.saved.report = await patched(`/reports/${report.client_uuid}`, report, missing, async () => {
      const whole = await get(`/incidents/${incident.client_uuid}`);
      return whole.reports?.find(r => r.client_uuid === report.client_uuid);
    });
    keep(tap);
  }
  // The case's own words are those of the report that made it.
  if (!matched && tap.wants.description !== undefined && (incident.description ?? null) !== (tap.wants.description ?? null)) {
    tap.saved.incident = await patched(`/incidents/${incident.client_uuid}`, incident, { description: tap.wants.description }, () => get(`/incidents/${incident.client_uuid}`));
    keep(tap);
  }
}

async function patched(path, seen, fields, refresh) {
  try {
    return { ...seen, ...fields, ...await patch(path, seen.revision, fields) };
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 412) throw error;
    const fresh = await refresh();
    if (!fresh) throw error;
    return { ...fresh, ...fields, ...await patch(path, fresh.revision, fields) };
  }
}

function later() {
  pause = Math.min(5000, pause === 0 ? 500 : pause * 2);
  clearTimeout(timer);
  timer = setTimeout(kick, pause);
}

/** Delivers what waits, oldest first; called when the host has been seen again. */
export async function kick() {
  clearTimeout(timer);
  for (const tap of [...taps.values()].sort((a, b) => a.wall - b.wall)) {
    if (tap.refused) continue;
    const before = pause;
    await deliver(tap);
    if (pause > before) return; // still away: the timer is set
  }
}

addEventListener('online', kick);
setTimeout(kick, 50);
