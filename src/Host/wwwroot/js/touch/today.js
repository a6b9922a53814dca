// The day's incidents of the chosen race, newest first, and where each of them is: waiting here, arrived, merged, in review, decided.

import { all, get, patch, post, Away, uuid } from './api.js';
import * as bibs from './bibs.js';
import * as camera from './camera.js';
import * as clips from './clips.js';
import { fill, h, icon, key, pageData } from './dom.js';
import { ask } from './keyboard.js';
import * as memory from './memory.js';
import * as outbox from './outbox.js';
import { numberPad } from './pad.js';
import * as player from './player.js';
import * as shell from './shell.js';
import { language, reasonOf, t } from './texts.js';
import * as times from './times.js';

const { race, location: place, start_list: startList } = pageData();
const onCourse = bibs.byNumber(startList);
const rowsOnPage = 6;
const filters = ['all', 'waiting', 'arrived', 'merged', 'review', 'decided'];

let items = [];
let queue = { pending: new Map(), failed: new Map(), conflict: new Map() };
let filter = 'all';
let bibOnly = null;
let page = 0;
let chosen = location.hash.slice(1) || null;
let detail = null;
let confirming = 0;
let loaded = false;
let askedAt = -Infinity; // when the list was asked for last
let counted = null; // what the Pi counted before that

const filterBar = document.getElementById('filters');
const list = document.getElementById('list');
const one = document.getElementById('one');
filterBar.setAttribute('aria-label', t('today.show'));
list.setAttribute('aria-label', t('today.list'));
one.setAttribute('aria-label', t('today.one'));

const live = incident => (Array.isArray(incident.reports) ? incident.reports : []).filter(report => !report.withdrawn_at);
const reportCount = incident => Array.isArray(incident.reports) ? live(incident).length : incident.reports ?? 1;
const uuidsOf = incident => [incident.client_uuid, ...incident.merged_from ?? [], ...(Array.isArray(incident.reports) ? incident.reports : []).map(report => report.client_uuid)];

/** Where an incident is: its kind, and what is said of it. */
function state(incident) {
  const among = map => uuidsOf(incident).map(id => map.get(id)).find(row => row);
  const failed = among(queue.failed);
  const waiting = among(queue.pending);
  if (failed) return { kind: 'waiting', tone: 'problem', mark: 'alert', word: t('state.not_taken'), more: reasonOf(failed) ?? t('strip.see') };
  if (among(queue.conflict)) return { kind: 'review', tone: 'review', mark: 'review', word: t('filter.review'), more: t('state.by_jury') };
  if (waiting) return { kind: 'waiting', tone: 'waiting', mark: 'wait', word: t('filter.waiting'), more: t('state.to_send', { age: times.age(times.wallNow() - Date.parse(waiting.created_at)) }) };
  const decided = { penalty_applied: incident.penalty_code || t('decision.penalty'), rejected: t('decision.rejected'), no_action: t('decision.no_action') }[incident.decision];
  if (decided) return { kind: 'decided', tone: 'decided', mark: 'decided', word: t('filter.decided'), more: decided };
  const others = incident.merged_from?.length ?? 0;
  if (others > 0) return { kind: 'merged', tone: 'plain', mark: 'join', word: t('filter.merged'), more: t('state.made_one', { n: others + 1 }) };
  if (shell.device && incident.origin !== shell.device.device_uuid) return { kind: 'arrived', tone: 'plain', mark: 'cloud', word: t(incident.status === 'official' ? 'state.official' : 'state.from_cloud'), more: incident.status === 'official' ? t('state.from_cloud_small') : times.moment(incident.created_at ?? incident.occurred_at) };
  return { kind: 'arrived', tone: 'plain', mark: 'arrived', word: t(incident.status === 'official' ? 'state.official' : 'state.arrived'), more: t('state.on_cloud') };
}

const title = incident => incident.bib_number === null || incident.bib_number === undefined ? t('bib.none')
  : onCourse.has(incident.bib_number) ? bibs.who(onCourse.get(incident.bib_number)) : t('today.not_listed');
const gist = incident => (incident.description ?? live(incident).map(report => report.description).find(Boolean) ?? '').split('\n')[0];

/** Nothing lies over the page. */
const isFree = () => !document.querySelector('.layer');

async function refresh() {
  askedAt = performance.now();
  try {
    const [incidents, ...queues] = await Promise.all([
      all(`/races/${race.client_uuid}/incidents`),
      ...['pending', 'failed', 'conflict'].map(status => all(`/device/queue?status=${status}`).catch(() => [])),
    ]);
    items = incidents;
    const byUuid = rows => new Map(rows.map(row => [row.client_uuid, row]));
    queue = { pending: byUuid(queues[0]), failed: byUuid(queues[1]), conflict: byUuid(queues[2]) };
    loaded = true;
    shell.showToday(items.length);
    show();
    if (chosen) await open(chosen, false);
  } catch (error) {
    if (!(error instanceof Away)) { loaded = true; show(); }
  }
}

// ---- the list

function shown() {
  return items.filter(incident => (filter === 'all' || state(incident).kind === filter) && (bibOnly === null || incident.bib_number === bibOnly));
}

function show() {
  const kinds = items.map(incident => state(incident).kind);
  fill(filterBar, filters.map(kind => key(h('b', {}, kind === 'all' ? items.length : kinds.filter(other => other === kind).length), {
    'aria-pressed': filter === kind && bibOnly === null ? 'true' : 'false', onclick: () => { filter = kind; bibOnly = null; page = 0; show(); },
  }, t(`filter.${kind}`))), bibOnly === null
    ? key(icon('review', 's28'), { onclick: findBib }, t('today.find'))
    : key(icon('close', 's28'), { 'aria-pressed': 'true', 'aria-label': t('today.only', { bib: bibOnly }), onclick: () => { bibOnly = null; show(); } }, t('bib', { bib: bibOnly })));
  const rows = shown();
  page = Math.max(0, Math.min(page, Math.ceil(rows.length / rowsOnPage) - 1));
  const first = page * rowsOnPage;
  const visible = rows.slice(first, first + rowsOnPage);
  const more = first + rowsOnPage < rows.length;
  const turn = (label, mark, may, step) => key(icon(mark, 's40'), { class: may ? '' : 'shut', 'aria-label': label, 'aria-disabled': may ? null : 'true', onclick: () => { if (may) { page += step; show(); } } });
  fill(list, h('div', { class: 'rows' }, visible.length > 0 ? visible.map(row) : nothing()),
    h('div', { class: 'pager' }, turn(t('today.newer'), 'up', page > 0, -1),
      h('p', {}, rows.length === 0 ? '–' : `${first + 1}–${first + visible.length}`, h('br'), t('today.of', { n: rows.length })), turn(t('today.older'), 'down', more, 1)));
  if (!detail) fill(one, h('div', { class: 'card' }, h('div', { class: 'empty' }, icon('tap', 's40'), h('p', {}, t(items.length > 0 ? 'today.touch' : 'today.nothing')))), h('div'));
}

function nothing() {
  if (!loaded) return h('div', { class: 'nothing' }, h('strong', {}, t('moment')));
  if (items.length > 0) return h('div', { class: 'nothing' }, h('strong', {}, bibOnly === null ? t('today.none_of_these') : t('today.none_of_bib', { bib: bibOnly })), key(t('today.show_all'), { onclick: () => { filter = 'all'; bibOnly = null; show(); } }));
  return h('div', { class: 'nothing' }, h('strong', {}, t('today.none')), h('p', {}, t('today.none_more')), h('a', { class: 'key go', href: '/report' }, icon('tap'), t('today.to_bibs')));
}

function row(incident) {
  const { tone, mark, word, more } = state(incident);
  const reports = reportCount(incident);
  return key(h('time', {}, times.clock(incident.occurred_at), !times.isToday(incident.occurred_at) && h('small', {}, times.day(incident.occurred_at))), {
    class: `row ${incident.client_uuid === chosen ? 'lit' : ''}`, 'aria-pressed': incident.client_uuid === chosen ? 'true' : 'false', onclick: () => open(incident.client_uuid),
  }, h('b', { class: incident.bib_number > 999 ? 'four' : '' }, incident.bib_number ?? '–'),
  h('span', {}, h('strong', { class: 'cut' }, title(incident)), h('span', { class: 'cut' }, [gist(incident), reports > 1 && t('count.reports', { n: reports })].filter(Boolean).join(', ') || t('count.reports', { n: 1 }))),
  h('span', { class: `state ${tone}` }, icon(mark), h('span', { class: 'cut' }, h('strong', {}, word), more)));
}

function findBib() {
  const layer = h('div', { class: 'layer', role: 'dialog', 'aria-label': t('today.find_label') });
  const close = () => layer.remove();
  const pad = numberPad({ bibOf: number => onCourse.get(number), verb: t('pad.find'), invite: t('pad.type_the'), hint: t('pad.its'), go: number => { close(); bibOnly = number; filter = 'all'; page = 0; show(); } });
  fill(layer, h('div', { class: 'finder' }, pad, key(t('today.back'), { onclick: close })));
  document.body.append(layer);
}

// ---- one of them

async function open(id, redraw = true) {
  chosen = id;
  confirming = 0;
  if (redraw) show();
  try {
    const incident = await get(`/incidents/${id}`);
    if (chosen !== id) return;
    detail = incident;
    chosen = incident.client_uuid;
    showOne();
    if (redraw) show();
  } catch (error) {
    if (error instanceof Away) return;
    detail = null;
    chosen = null;
    show();
  }
}

function story(incident) {
  const steps = [];
  const reports = [...incident.reports ?? []].sort((a, b) => Date.parse(a.occurred_at) - Date.parse(b.occurred_at));
  reports.forEach((report, at) => {
    // Whom the screen signs for where nobody said who reports is no name (PiRefereeName).
    const name = report.reporter_name ?? (report.reported_by ?? '').split(' (')[0].replace(/^Pi referee$/, '');
    const said = at > 0 ? [t(['story.second', 'story.third'][at - 1] ?? 'story.further'), name].filter(Boolean).join(', ') : name ? t('story.reported_by', { name }) : t('story.reported');
    steps.push({ time: report.occurred_at, text: said, off: Boolean(report.withdrawn_at), exact: true });
    if (report.withdrawn_at) steps.push({ time: report.withdrawn_at, text: t(reports.length === 1 ? 'story.taken_back' : 'story.one_back') });
  });
  if (incident.officialized_at) steps.push({ time: incident.officialized_at, text: t('story.official') });
  if (incident.decided_at && incident.decision !== 'pending') steps.push({ time: incident.decided_at, text: { penalty_applied: t('story.penalty', { code: incident.penalty_code ?? '' }), rejected: t('decision.rejected'), no_action: t('decision.no_action') }[incident.decision] });
  return steps.sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
}

/** What became of the clips of an incident: the least that is there. */
function clipWord(incident) {
  const states = live(incident).map(report => report.clip?.state).filter(Boolean);
  const state = ['failed', 'pending', 'stored'].find(one => states.includes(one));
  return state && t({ failed: 'clip.failed', pending: 'clip.pending', stored: 'clip.stored' }[state]);
}

function showOne() {
  const incident = detail;
  const own = mine();
  const where = state(incident);
  // What another took is at the cloud, not here; so is what was cleared.
  const held = live(incident).find(report => report.clip?.here);
  const film = held ? key(held.clip.poster ? h('img', { src: player.poster(held.client_uuid), alt: '' }) : icon('clip'), { class: 'film', onclick: () => player.watch(held, `${t('clip.watch')}, ${title(incident)}`) }, t('clip.watch'))
    : own && !own.clip && clips.clipKey(own.client_uuid, { location: own.race_location_uuid ?? incident.race_location_uuid, agoMs: times.wallNow() - Date.parse(own.occurred_at_device) }, { class: 'film' });
  const steps = story(incident).slice(film ? -2 : -4);
  const gists = [gist(incident), incident.number && t('number', { n: incident.number }), t('count.reports', { n: reportCount(incident) }), clipWord(incident), held && held.clip.duration_ms === null && t('clip.no_length')].filter(Boolean);
  const standing = incident.standing !== false;
  fill(one, h('div', { class: 'card' },
    h('h2', {}, h('b', {}, incident.bib_number ?? '–'), h('span', { class: 'cut' }, title(incident))),
    h('p', { class: 'cut' }, gists.map((part, at) => [at > 0 && ' · ', at === 0 && gist(incident) ? h('strong', {}, part) : part])),
    h('ol', { class: 'track' }, steps.map(step => h('li', { class: step.off ? 'off' : '' }, h('span', {}, step.exact ? times.clock(step.time) : times.moment(step.time)), h('span', {}, step.text))),
      h('li', { class: 'at' }, h('span', {}, t('today.now')), h('span', {}, h('strong', { class: where.tone }, standing ? where.word.toLocaleLowerCase(language) : t('story.taken_back')), `, ${standing ? where.more : t('today.no_longer')}`))),
    !(film && steps.length > 1) && shell.device?.last_sync_at && h('p', { class: 'asof' }, t('today.as_of', { time: times.moment(shell.device.last_sync_at) }))),
  h('div', { class: 'two-by-two' },
    key(icon('pen'), { onclick: write }, t('write')),
    key(icon('plus'), { onclick: addReport }, t('today.add')),
    key(icon('tap'), { onclick: correctBib }, t('today.correct')),
    key(icon('withdraw'), { onclick: takeBack, class: performance.now() < confirming ? 'go' : '' }, t(performance.now() < confirming ? 'today.sure' : 'today.withdraw')),
    film));
}

/** The report that this screen may correct: the latest that stands and that was made here. */
const mine = () => live(detail).filter(report => report.origin === shell.device?.device_uuid).sort((a, b) => Date.parse(b.occurred_at) - Date.parse(a.occurred_at))[0] ?? live(detail)[0];

async function attempt(action) {
  try {
    await action();
  } catch (error) {
    shell.toast(error instanceof Away ? t('away.unchanged') : error.message, error instanceof Away ? 'kind' : '');
  }
  await refresh();
  shell.refresh();
}

async function write() {
  const report = mine();
  const incident = detail;
  const before = incident.description ?? report?.description ?? '';
  const text = await ask({ head: [h('b', {}, incident.bib_number ? t('bib', { bib: incident.bib_number }) : t('bib.none')), ` ${title(incident)}`], value: before, ghost: t('report.what') });
  if (text === null || text === before) return;
  await attempt(async () => {
    if (report) await patch(`/reports/${report.client_uuid}`, report.revision, { description: text || null });
    const fresh = await get(`/incidents/${incident.client_uuid}`);
    if ((fresh.description ?? '') !== text) await patch(`/incidents/${incident.client_uuid}`, fresh.revision, { description: text || null });
  });
}

const addReport = () => attempt(() => post(`/incidents/${detail.client_uuid}/reports`, {
  report_uuid: uuid(), reporter_name: memory.person() ?? undefined, race_location_uuid: place?.client_uuid ?? undefined, occurred_at: new Date(times.wallNow()).toISOString(),
}));

function correctBib() {
  const report = mine();
  if (!report) { shell.toast(t('today.all_back')); return; }
  const layer = h('div', { class: 'layer', role: 'dialog', 'aria-label': t('today.correct_label') });
  const close = () => layer.remove();
  const pad = numberPad({ bibOf: number => onCourse.get(number), verb: t('pad.change'), invite: detail.bib_number ? t('pad.instead', { bib: detail.bib_number }) : t('pad.type_the'), hint: t('pad.right'), go: number => { close(); attempt(() => patch(`/reports/${report.client_uuid}`, report.revision, { bib_number: number })); } });
  fill(layer, h('div', { class: 'finder' }, pad, key(t('today.leave'), { onclick: close })));
  document.body.append(layer);
}

function takeBack() {
  const report = mine();
  if (!report) { shell.toast(t('today.all_back_already')); return; }
  if (performance.now() >= confirming) {
    confirming = performance.now() + 4000;
    showOne();
    setTimeout(() => { if (detail) showOne(); }, 4100);
    return;
  }
  confirming = 0;
  attempt(() => post(`/reports/${report.client_uuid}/withdraw`, { reason: 'Withdrawn at the screen' }));
}

show();
refresh();
camera.follow(place);
// The whole list is asked for when what the Pi counts has changed. An edit of what waits already, made on a phone, changes no
// figure: for that, once a minute. In between only the ages grow.
setInterval(() => { if (isFree()) refresh(); }, 60000);
setInterval(() => { if (isFree() && loaded) show(); }, 10000);
shell.events.addEventListener('device', ({ detail: d }) => {
  const counts = [d.pending, d.synced, d.failed, d.conflicts, d.held, d.clips_pending, d.last_sync_at].join();
  counted ??= counts; // of before the list was asked for at first
  if (counts === counted || !isFree() || performance.now() - askedAt < 2000) return;
  counted = counts;
  refresh();
});
outbox.events.addEventListener('tap', event => { if (event.detail.saved) refresh(); });
clips.events.addEventListener('clip', event => { if (!clips.of(event.detail) || clips.of(event.detail).done) refresh(); else if (detail) showOne(); });
shell.events.addEventListener('host', () => { if (!shell.hostAway) refresh(); });
