// The day's incidents of the chosen race, newest first, and where each of them is: waiting here, arrived, merged, in review, decided.

import { all, get, patch, post, Away, uuid } from './api.js';
import * as bibs from './bibs.js';
import { count, fill, h, icon, key, pageData } from './dom.js';
import { ask } from './keyboard.js';
import * as memory from './memory.js';
import * as outbox from './outbox.js';
import { numberPad } from './pad.js';
import * as shell from './shell.js';
import * as times from './times.js';

const { race, location: place, start_list: startList } = pageData();
const onCourse = bibs.byNumber(startList);
const rowsOnPage = 6;
const filters = { all: 'All', waiting: 'Waiting', arrived: 'Arrived', merged: 'Merged', review: 'In review', decided: 'Decided' };

let items = [];
let queue = { pending: new Map(), failed: new Map(), conflict: new Map() };
let filter = 'all';
let bibOnly = null;
let page = 0;
let chosen = location.hash.slice(1) || null;
let detail = null;
let confirming = 0;
let loaded = false;

const filterBar = document.getElementById('filters');
const list = document.getElementById('list');
const one = document.getElementById('one');

const live = incident => (Array.isArray(incident.reports) ? incident.reports : []).filter(report => !report.withdrawn_at);
const reportCount = incident => Array.isArray(incident.reports) ? live(incident).length : incident.reports ?? 1;
const uuidsOf = incident => [incident.client_uuid, ...incident.merged_from ?? [], ...(Array.isArray(incident.reports) ? incident.reports : []).map(report => report.client_uuid)];

/** Where an incident is: its kind, and what is said of it. */
function state(incident) {
  const among = map => uuidsOf(incident).map(id => map.get(id)).find(row => row);
  const failed = among(queue.failed);
  const waiting = among(queue.pending);
  if (failed) return { kind: 'waiting', tone: 'problem', mark: 'alert', word: 'Not taken', more: failed.error_message ?? 'see To send' };
  if (among(queue.conflict)) return { kind: 'review', tone: 'review', mark: 'review', word: 'In review', more: 'by the jury' };
  if (waiting) return { kind: 'waiting', tone: 'waiting', mark: 'wait', word: 'Waiting', more: `to be sent, ${times.age(times.wallNow() - Date.parse(waiting.created_at))}` };
  const decided = { penalty_applied: incident.penalty_code || 'penalty', rejected: 'rejected', no_action: 'no action' }[incident.decision];
  if (decided) return { kind: 'decided', tone: 'decided', mark: 'decided', word: 'Decided', more: decided };
  const others = incident.merged_from?.length ?? 0;
  if (others > 0) return { kind: 'merged', tone: 'plain', mark: 'join', word: 'Merged', more: `${others + 1} made one` };
  if (shell.device && incident.origin !== shell.device.device_uuid) return { kind: 'arrived', tone: 'plain', mark: 'cloud', word: incident.status === 'official' ? 'Official' : 'From the cloud', more: incident.status === 'official' ? 'from the cloud' : times.moment(incident.created_at ?? incident.occurred_at) };
  return { kind: 'arrived', tone: 'plain', mark: 'arrived', word: incident.status === 'official' ? 'Official' : 'Arrived', more: 'on the cloud' };
}

const title = incident => incident.bib_number === null || incident.bib_number === undefined ? 'No bib'
  : onCourse.has(incident.bib_number) ? `${bibs.names(onCourse.get(incident.bib_number))} · ${bibs.nation(onCourse.get(incident.bib_number))}` : 'Not on the start list';
const gist = incident => (incident.description ?? live(incident).map(report => report.description).find(Boolean) ?? '').split('\n')[0];

async function refresh() {
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
  fill(filterBar, Object.entries(filters).map(([kind, word]) => key(h('b', {}, kind === 'all' ? items.length : kinds.filter(other => other === kind).length), {
    'aria-pressed': filter === kind && bibOnly === null ? 'true' : 'false', onclick: () => { filter = kind; bibOnly = null; page = 0; show(); },
  }, word)), bibOnly === null
    ? key(icon('review', 's28'), { onclick: findBib }, 'Find bib')
    : key(icon('close', 's28'), { 'aria-pressed': 'true', 'aria-label': `Only bib ${bibOnly}; show all`, onclick: () => { bibOnly = null; show(); } }, `Bib ${bibOnly}`));
  const rows = shown();
  page = Math.max(0, Math.min(page, Math.ceil(rows.length / rowsOnPage) - 1));
  const first = page * rowsOnPage;
  const visible = rows.slice(first, first + rowsOnPage);
  const more = first + rowsOnPage < rows.length;
  const turn = (label, mark, may, step) => key(icon(mark, 's40'), { class: may ? '' : 'shut', 'aria-label': label, 'aria-disabled': may ? null : 'true', onclick: () => { if (may) { page += step; show(); } } });
  fill(list, h('div', { class: 'rows' }, visible.length > 0 ? visible.map(row) : nothing()),
    h('div', { class: 'pager' }, turn('Newer', 'up', page > 0, -1),
      h('p', {}, rows.length === 0 ? '–' : `${first + 1}–${first + visible.length}`, h('br'), `of ${rows.length}`), turn('Older', 'down', more, 1)));
  if (!detail) fill(one, h('div', { class: 'card' }, h('div', { class: 'empty' }, icon('tap', 's40'), h('p', {}, items.length > 0 ? 'Touch an incident to see it whole' : 'Nothing to show yet'))), h('div'));
}

function nothing() {
  if (!loaded) return h('div', { class: 'nothing' }, h('strong', {}, 'One moment'));
  if (items.length > 0) return h('div', { class: 'nothing' }, h('strong', {}, bibOnly === null ? 'None of these' : `No incident of bib ${bibOnly}`), key('Show all', { onclick: () => { filter = 'all'; bibOnly = null; show(); } }));
  return h('div', { class: 'nothing' }, h('strong', {}, 'No incident yet in this race'), h('p', {}, 'What is reported on this screen, and what the cloud sends, stands here.'), h('a', { class: 'key go', href: '/report' }, icon('tap'), 'To the bibs'));
}

function row(incident) {
  const { tone, mark, word, more } = state(incident);
  const reports = reportCount(incident);
  return key(h('time', {}, times.clock(incident.occurred_at), !times.isToday(incident.occurred_at) && h('small', {}, times.day(incident.occurred_at))), {
    class: `row ${incident.client_uuid === chosen ? 'lit' : ''}`, 'aria-pressed': incident.client_uuid === chosen ? 'true' : 'false', onclick: () => open(incident.client_uuid),
  }, h('b', { class: incident.bib_number > 999 ? 'four' : '' }, incident.bib_number ?? '–'),
  h('span', {}, h('strong', { class: 'cut' }, title(incident)), h('span', { class: 'cut' }, [gist(incident), reports > 1 && `${reports} reports`].filter(Boolean).join(', ') || '1 report')),
  h('span', { class: `state ${tone}` }, icon(mark), h('span', { class: 'cut' }, h('strong', {}, word), more)));
}

function findBib() {
  const layer = h('div', { class: 'layer', role: 'dialog', 'aria-label': 'Find a bib' });
  const close = () => layer.remove();
  const pad = numberPad({ bibOf: number => onCourse.get(number), verb: 'Find', invite: 'Type the bib', hint: 'to see its incidents', go: number => { close(); bibOnly = number; filter = 'all'; page = 0; show(); } });
  fill(layer, h('div', { class: 'finder' }, pad, key('Back to the list', { onclick: close })));
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
    const name = report.reporter_name ?? (report.reported_by ?? '').split(' (')[0];
    const said = at === 0 ? `reported${name ? ` by ${name}` : ''}` : `${['second', 'third', 'fourth', 'fifth'][at - 1] ?? 'further'} report${name ? `, ${name}` : ''}`;
    steps.push({ time: report.occurred_at, text: said, off: Boolean(report.withdrawn_at), exact: true });
    if (report.withdrawn_at) steps.push({ time: report.withdrawn_at, text: at === 0 && reports.length === 1 ? 'taken back' : 'one report taken back' });
  });
  if (incident.officialized_at) steps.push({ time: incident.officialized_at, text: 'made official' });
  if (incident.decided_at && incident.decision !== 'pending') steps.push({ time: incident.decided_at, text: { penalty_applied: `penalty ${incident.penalty_code ?? ''}`, rejected: 'rejected', no_action: 'no action' }[incident.decision] });
  return steps.sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
}

function showOne() {
  const incident = detail;
  const where = state(incident);
  const steps = story(incident).slice(-4);
  const gists = [gist(incident), incident.number && `No. ${incident.number}`, count(reportCount(incident), 'report')].filter(Boolean);
  const standing = incident.standing !== false;
  fill(one, h('div', { class: 'card' },
    h('h2', {}, h('b', {}, incident.bib_number ?? '–'), h('span', { class: 'cut' }, title(incident))),
    h('p', { class: 'cut' }, gists.map((part, at) => [at > 0 && ' · ', at === 0 && gist(incident) ? h('strong', {}, part) : part])),
    h('ol', { class: 'track' }, steps.map(step => h('li', { class: step.off ? 'off' : '' }, h('span', {}, step.exact ? times.clock(step.time) : times.moment(step.time)), h('span', {}, step.text))),
      h('li', { class: 'at' }, h('span', {}, 'now'), h('span', {}, h('strong', { class: where.tone }, standing ? where.word.toLowerCase() : 'taken back'), standing ? `, ${where.more}` : ', no longer stands'))),
    shell.device?.last_sync_at && h('p', { class: 'asof' }, `As the cloud had it at ${times.moment(shell.device.last_sync_at)}`)),
  h('div', { class: 'two-by-two' },
    key(icon('pen'), { onclick: write }, 'Write'),
    key(icon('plus'), { onclick: addReport }, 'Add report'),
    key(icon('tap'), { onclick: correctBib }, 'Correct bib'),
    key(icon('withdraw'), { onclick: takeBack, class: performance.now() < confirming ? 'go' : '' }, performance.now() < confirming ? 'Sure? Again' : 'Withdraw')));
}

/** The report that this screen may correct: the latest that stands and that was made here. */
const mine = () => live(detail).filter(report => report.origin === shell.device?.device_uuid).sort((a, b) => Date.parse(b.occurred_at) - Date.parse(a.occurred_at))[0] ?? live(detail)[0];

async function attempt(action) {
  try {
    await action();
  } catch (error) {
    shell.toast(error instanceof Away ? 'This Pi is starting again: nothing was changed. Try once more in a moment.' : error.message, error instanceof Away ? 'kind' : '');
  }
  await refresh();
  shell.refresh();
}

async function write() {
  const report = mine();
  const incident = detail;
  const before = incident.description ?? report?.description ?? '';
  const text = await ask({ head: [h('b', {}, incident.bib_number ? `Bib ${incident.bib_number}` : 'No bib'), ` ${title(incident)}`], value: before, ghost: 'What happened?' });
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
  if (!report) { shell.toast('All its reports are taken back: there is nothing to correct.'); return; }
  const layer = h('div', { class: 'layer', role: 'dialog', 'aria-label': 'Correct the bib' });
  const close = () => layer.remove();
  const pad = numberPad({ bibOf: number => onCourse.get(number), verb: 'Change', invite: detail.bib_number ? `Instead of ${detail.bib_number}` : 'Type the bib', hint: 'type the right one', go: number => { close(); attempt(() => patch(`/reports/${report.client_uuid}`, report.revision, { bib_number: number })); } });
  fill(layer, h('div', { class: 'finder' }, pad, key('Leave it as it is', { onclick: close })));
  document.body.append(layer);
}

function takeBack() {
  const report = mine();
  if (!report) { shell.toast('All its reports are taken back already.'); return; }
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
setInterval(() => { if (!document.querySelector('.layer')) refresh(); }, 10000);
outbox.events.addEventListener('tap', event => { if (event.detail.saved) refresh(); });
shell.events.addEventListener('host', () => { if (!shell.hostAway) refresh(); });
