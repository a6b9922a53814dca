// The report page: an instrument, not a form. One touch records; the tray below says what became of it and takes what is added.

import { get } from './api.js';
import * as bibs from './bibs.js';
import * as camera from './camera.js';
import * as clips from './clips.js';
import { fill, h, icon, key, pageData, s } from './dom.js';
import { ask } from './keyboard.js';
import * as memory from './memory.js';
import * as outbox from './outbox.js';
import { numberPad } from './pad.js';
import { phrasesOf, usual } from './phrases.js';
import * as shell from './shell.js';
import { t } from './texts.js';
import * as times from './times.js';

const { race, location: place, start_list: startList } = pageData();
const undoMs = 10000;
const bounceMs = 250; // one touch of a glove may bounce; no person touches twice as fast

let onCourse = bibs.byNumber(startList);
let pages = bibs.pages(onCourse.keys());
let page = Math.min(memory.read('mr.page', {})[race.client_uuid] ?? 0, Math.max(0, pages.length - 1));
let phrases = usual(race.discipline);
let current = null;    // the tap that the tray is about
let lastTouch = { bib: -1, at: -bounceMs };
let counted = { standing: 0, bibs: new Map() }; // what stands in this race when the host was asked last: bib -> {reports, time}
const since = new Map(); // what this page has reported and the host saved since: report_uuid -> {bib, time, isNew}
const unsaved = new Set(outbox.unsaved().map(tap => tap.report_uuid)); // whose saving this page will see
let asked = 0;

const grid = document.getElementById('bibs');
grid.setAttribute('aria-label', t('report.grid'));
const ranges = document.getElementById('ranges');
const tray = document.getElementById('after');

// ---- recording

function record(bib, touched) {
  if (bib === lastTouch.bib && touched - lastTouch.at < bounceMs) return;
  lastTouch = { bib, at: touched };
  const entry = bib === null ? null : onCourse.get(bib);
  current = outbox.tap({
    race_uuid: race.client_uuid, race_location_uuid: place?.client_uuid ?? null, bib_number: bib, reporter_name: memory.person(),
    label: bib === null ? t('bib.none') : t('bib', { bib }),
  }, touched);
  unsaved.add(current.report_uuid);
  current.entry = entry;
  current.shownAt = performance.now();
  showTray();
  showGrid();
  setTimeout(showTray, outbox.patienceMs + 20);
}

outbox.events.addEventListener('tap', ({ detail: tap }) => {
  if (tap.race_uuid !== race.client_uuid) return;
  if (tap.withdrawn) {
    since.delete(tap.report_uuid);
    refreshTally();
  } else if (tap.saved) take(tap);
  if (tap === current) {
    if (tap.saved && !tap.flashed) {
      tap.flashed = true;
      navigator.vibrate?.(30);
      showGrid();
      grid.querySelectorAll(`[data-bib="${tap.bib_number}"]`).forEach(element => element.classList.add('flash'));
    }
    showTray();
  }
  showGrid();
});

clips.events.addEventListener('clip', () => showTray());

// ---- what stands

/** A tap that the host has saved. The tally has it when it is asked anew; until then it is counted here. */
function take(tap) {
  if (!unsaved.delete(tap.report_uuid)) return;
  since.set(tap.report_uuid, { bib: tap.saved.incident.bib_number ?? null, time: Date.parse(tap.saved.report.occurred_at), isNew: !tap.saved.matched });
  showToday();
}

const showToday = () => shell.showToday(counted.standing + [...since.values()].filter(tap => tap.isNew).length);

/** What others reported comes with this, and what was regrouped: figures for each bib, however many incidents there are. */
async function refreshTally() {
  const before = [...since.keys()]; // saved before it is asked, so in it
  const turn = ++asked;
  try {
    const { standing, bibs: of } = await get(`/races/${race.client_uuid}/incidents/tally`);
    if (turn !== asked) return; // one that was asked later says more
    counted = { standing, bibs: new Map(of.map(bib => [bib.bib_number, { reports: bib.reports, time: Date.parse(bib.last_at) }])) };
    before.forEach(uuid => since.delete(uuid));
    showToday();
    showGrid();
  } catch { /* the strip says that the host is away */ }
}

async function refreshStartList() {
  try {
    const { items } = await get(`/races/${race.client_uuid}/start-list`);
    if (JSON.stringify(items.map(i => [i.bib_number, i.status])) === JSON.stringify([...onCourse.values()].map(i => [i.bib_number, i.status]))) return;
    onCourse = bibs.byNumber(items);
    pages = bibs.pages(onCourse.keys());
    page = Math.min(page, Math.max(0, pages.length - 1));
    showRanges();
    showGrid();
    pad.refresh();
  } catch { /* the list on the screen serves */ }
}

// What the desk changed comes with a sync: a screen that stays open for ten hours takes it without being opened anew.
async function refreshPhrases() {
  try {
    phrases = await phrasesOf(race.competition_uuid, race.discipline);
    showTray();
  } catch { /* those on the screen serve */ }
}

// ---- the grid

function tally() {
  const counts = new Map();
  for (const [bib, { reports }] of counted.bibs) counts.set(bib, reports);
  for (const { bib } of since.values()) if (bib !== null) counts.set(bib, (counts.get(bib) ?? 0) + 1);
  for (const tap of outbox.unsaved()) if (tap.race_uuid === race.client_uuid && tap.bib_number !== null) counts.set(tap.bib_number, (counts.get(tap.bib_number) ?? 0) + 1);
  return counts;
}

function recent() {
  const last = new Map();
  const see = (bib, time) => { if (bib !== null && time > (last.get(bib) ?? 0)) last.set(bib, time); };
  for (const [bib, { time }] of counted.bibs) see(bib, time);
  for (const { bib, time } of since.values()) see(bib, time);
  for (const tap of outbox.unsaved()) if (tap.race_uuid === race.client_uuid) see(tap.bib_number, times.corrected(tap.wall));
  if (current?.saved && !current.withdrawn) see(current.bib_number, Date.parse(current.saved.report.occurred_at));
  return [...last].map(([bib, time]) => ({ bib, time })).sort((a, b) => b.time - a.time).slice(0, 10);
}

const isKept = bib => outbox.unsaved().some(tap => tap.bib_number === bib && tap.race_uuid === race.client_uuid && tap.tries > 0 && (tap !== current || performance.now() - tap.shownAt > outbox.patienceMs));

function bibKey(bib, { small = null, strokes = 0, recently = false } = {}) {
  const entry = onCourse.get(bib);
  const out = bibs.outOfRace(entry);
  const now = current && current.bib_number === bib && current.saved && !current.withdrawn && performance.now() - current.shownAt < 30000;
  const marks = strokes > 0 && !out ? h('i', { 'aria-hidden': 'true' }, Array.from({ length: Math.min(strokes, 5) }, () => h('u'))) : null;
  return key(String(bib), {
    class: `bib ${bibs.size(bib)} ${recently ? 'recent' : ''} ${isKept(bib) ? 'kept' : now ? 'now' : ''} ${out ? 'out' : ''}`,
    'data-bib': bib,
  }, small ?? out ? h('small', {}, small ?? out) : null, small ? null : marks,
    h('span', { class: 'sr' }, [entry && bibs.names(entry), strokes > 0 && t('report.reported', { n: strokes })].filter(Boolean).join(', ')));
}

let drawn = '';

function showGrid() {
  const counts = tally();
  const lately = recent();
  const now = times.raceNow();
  const rows = pages[page]?.rows ?? [];
  const ages = lately.map(({ bib, time }) => ({ bib, small: times.age(now - time) }));
  // The keys are made anew only when something but the ages has changed.
  ages.forEach(({ small }, at) => { const face = grid.children[at]?.querySelector('small'); if (face) face.textContent = small; });
  const state = JSON.stringify([page, ages.map(({ bib }) => bib), [...counts], [...onCourse.values()].map(e => e.status), current?.bib_number, current?.saved ? 1 : 0, current?.withdrawn, lately.map(l => isKept(l.bib)), current && performance.now() - current.shownAt < 30000]);
  if (state === drawn) return;
  drawn = state;
  const keys = [];
  for (let at = 0; at < 10; at++) {
    if (ages[at]) keys.push(bibKey(ages[at].bib, { small: ages[at].small, recently: true }));
    else if (at === 0) { keys.push(h('p', { class: 'hint' }, onCourse.size > 0 ? t('report.hint') : '')); break; }
    else keys.push(h('span'));
  }
  for (const row of rows) for (let at = 0; at < 10; at++) keys.push(row[at] ? bibKey(row[at], { strokes: counts.get(row[at]) ?? 0 }) : h('span'));
  if (onCourse.size === 0) keys.push(h('div', { class: 'none-on-course' }, h('strong', {}, t('report.no_list')), t('report.no_list_more')));
  const room = rows.length === 4 && rows[3].slice(5).every(number => !number) || (rows.length > 0 && rows.length < 4);
  if (room && [...counts.values()].some(number => number > 0)) keys.push(h('p', { class: 'legend' }, t('report.legend')));
  fill(grid, keys);
}

grid.addEventListener('pointerdown', event => {
  const target = event.target.closest('[data-bib]');
  if (!target || event.button !== 0 || !event.isPrimary) return;
  event.preventDefault();
  record(Number(target.dataset.bib), event.timeStamp);
});
grid.addEventListener('click', event => {
  const target = event.target.closest('[data-bib]');
  if (target && event.detail === 0) record(Number(target.dataset.bib), event.timeStamp);
});

function showRanges() {
  const many = pages.length >= 5;
  ranges.className = `ranges ${many ? 'full' : ''}`;
  fill(ranges, !many && h('p', { class: 'last' }, t('report.last_1'), h('br'), t('report.last_2')), bibs.tabs(pages, page, choose));
}

function choose(at) {
  page = at;
  memory.write('mr.page', { [race.client_uuid]: page });
  showRanges();
  showGrid();
}

// ---- the tray

const phrasesOfTap = tap => tap.phrases ?? [];
const describe = tap => [...phrasesOfTap(tap), tap.text].filter(Boolean).join('. ');

function toggle(phrase) {
  const chosen = phrasesOfTap(current);
  current.phrases = chosen.includes(phrase) ? chosen.filter(other => other !== phrase) : [...chosen, phrase];
  outbox.change(current, { description: describe(current) || null });
}

async function writeText() {
  const tap = current;
  const text = await ask({ head: [h('b', {}, tap.label), ` ${who(tap)} `, h('b', {}, tap.saved ? t('report.saved_at', { time: stamp(tap) }) : t('report.not_saved'))], value: tap.text ?? '', ghost: t('report.what') });
  if (text === null) return;
  tap.text = text;
  outbox.change(tap, { description: describe(tap) || null });
}

const who = tap => tap.entry ? bibs.who(tap.entry) : tap.bib_number === null ? t('who.not_read') : t('who.not_listed');
const stamp = tap => times.clock(tap.saved ? Date.parse(tap.saved.report.occurred_at) : times.corrected(tap.wall));

function joined(tap) {
  if (!tap.saved?.matched) return null;
  const own = Date.parse(tap.saved.report.occurred_at);
  const others = [...(Array.isArray(tap.saved.incident.reports) ? tap.saved.incident.reports : [])]
    .filter(report => report.client_uuid !== tap.report_uuid && !report.withdrawn_at).map(report => Math.abs(own - Date.parse(report.occurred_at)));
  if (others.length === 0) others.push(Math.abs(own - Date.parse(tap.saved.incident.occurred_at)));
  const nearest = Math.min(...others);
  return nearest < 1000 ? t('joined.same') : t(own >= Date.parse(tap.saved.incident.occurred_at) ? 'joined.ago' : 'joined.later', { age: times.age(nearest) });
}

let trayState = '';

function showTray() {
  if (!current) {
    tray.className = 'after idle';
    fill(tray, h('div', { class: 'said' }, icon('tap', 's40'), h('div', {}, h('h1', {}, t('tray.idle')), h('p', {}, t('tray.idle_more')))));
    return;
  }
  const tap = current;
  const passed = performance.now() - tap.shownAt;
  if (tap.withdrawn && performance.now() - (tap.gone ??= performance.now()) > 6000) {
    current = null;
    trayState = '';
    showTray();
    return;
  }
  const left = tap.withdraw ? 0 : Math.ceil((undoMs - passed) / 1000);
  const how = tap.withdraw ? (tap.withdrawn ? 'withdrawn' : 'withdrawing') : tap.refused ? 'refused' : tap.saved ? 'saved' : passed < outbox.patienceMs ? 'sending' : 'kept';
  const state = JSON.stringify([tap.report_uuid, how, Math.max(0, left), tap.wants, tap.saved?.matched, tap.saved?.report.revision, phrases, tap.onlyInMemory, outbox.hasUnsavedAddition(tap), clips.of(tap.report_uuid), camera.offers(tap.race_location_uuid, passed)]);
  if (state === trayState) return;
  trayState = state;
  const title = t(`tray.${how}`, { bib: tap.label, time: stamp(tap) });
  const number = tap.saved?.incident.number ? ` · ${t('number', { n: tap.saved.incident.number })}` : '';
  const written = describe(tap);
  const notes = {
    sending: t('note.sending'), saved: outbox.hasUnsavedAddition(tap) ? t('note.added') : joined(tap) ?? (written || null), kept: t(tap.onlyInMemory ? 'note.page_only' : 'note.kept'),
    refused: tap.refused?.message, withdrawing: t('note.withdrawing'), withdrawn: t('note.withdrawn'),
  };
  const marks = { sending: 'wait', saved: 'check', kept: 'wait', refused: 'alert', withdrawing: 'wait', withdrawn: 'withdraw' };
  const note = notes[how];
  tray.className = `after ${{ sending: 'sending', kept: 'kept', refused: 'refused', withdrawing: 'kept', withdrawn: 'kept' }[how] ?? ''}`;
  const said = h('div', { class: 'said' }, h('span', { class: 'disc' }, icon(marks[how], 's28')),
    h('div', {}, h('h1', { class: title.length > 25 ? 'longest' : title.length > 21 ? 'long' : '' }, title), h('p', { class: 'cut' }, how === 'kept' && `${stamp(tap)} · `, h('b', {}, tap.entry ? bibs.names(tap.entry) : ''), tap.entry ? bibs.nation(tap.entry) && ` · ${bibs.nation(tap.entry)}` : who(tap), how !== 'kept' && number),
      note && h('p', { class: 'note cut' }, note)));
  fill(tray, said, h('div', { class: 'acts' }, action(tap, how, left)), how.startsWith('withdr') ? h('div', { class: 'what' }) : additions(tap));
}

function action(tap, how, left) {
  if (how === 'withdrawn' || how === 'withdrawing') return null;
  if (how === 'refused') return key(icon('sync', 's36'), { onclick: () => outbox.again(tap) }, t('again'));
  if (left <= 0) return tap.saved ? h('a', { class: 'key', href: `/today#${tap.saved.incident.client_uuid}` }, icon('pen', 's36'), t('correct')) : null;
  const share = left / (undoMs / 1000);
  const ring = h('span', { class: 'ring', 'aria-hidden': 'true' },
    s('svg', { viewBox: '0 0 52 52', 'aria-hidden': 'true' }, s('circle', { class: 'rest', cx: 26, cy: 26, r: 22 }), s('circle', { class: 'left', cx: 26, cy: 26, r: 22, pathLength: 10, 'stroke-dasharray': `${10 * share} 10` })),
    h('b', {}, left));
  return key(ring, { onclick: () => outbox.withdraw(tap) }, t('undo'));
}

/** Where a tap was made, and how long ago. */
const seen = tap => ({ location: tap.race_location_uuid, agoMs: performance.now() - tap.shownAt });

function additions(tap) {
  const team = (tap.entry?.athletes ?? []).length > 1 ? tap.entry.athletes : [];
  const chosen = phrasesOfTap(tap);
  const pick = phrases.slice(0, 6 - team.length).map(phrase => key(phrase, { 'aria-pressed': chosen.includes(phrase) ? 'true' : 'false', onclick: () => toggle(phrase) }));
  const athletes = team.map((athlete, at) => key(h('span', { class: 'cut' }, bibs.isUnnamed(athlete) ? '' : athlete.last_name), {
    class: 'athlete', 'aria-pressed': tap.wants.athlete_position === at + 1 ? 'true' : 'false',
    onclick: () => outbox.change(tap, { athlete_position: tap.wants.athlete_position === at + 1 ? null : at + 1 }),
  }, h('small', {}, t('athlete', { n: at + 1 }))));
  return h('div', { class: 'what', role: 'group', 'aria-label': t('report.what_label') }, athletes, pick, tap.saved && clips.clipKey(tap.report_uuid, seen(tap), { class: 'film' }), key(icon('pen', 's28'), { class: 'more', 'aria-pressed': tap.text ? 'true' : 'false', onclick: writeText }, t('write')));
}

// ---- beginning

const pad = numberPad({ bibOf: number => onCourse.get(number), go: record, noBib: touched => record(null, touched) });
document.getElementById('pad').replaceWith(pad);
showRanges();
showGrid();
showTray();
refreshTally();
refreshPhrases();
camera.follow(place);
setInterval(() => { showTray(); showGrid(); }, 500);
setInterval(refreshTally, 30000);
setInterval(() => { refreshStartList(); refreshPhrases(); }, 60000);
shell.events.addEventListener('host', () => { if (!shell.hostAway) { refreshTally(); refreshStartList(); refreshPhrases(); } });
