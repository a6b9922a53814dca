// To send: how much waits and why, and Sync now. Offline is not a failure (R11): it says so, and nothing leaves the queue unsent.

import { all, Away, post } from './api.js';
import { count, fill, h, icon, key, meter, pageData, percent } from './dom.js';
import * as outbox from './outbox.js';
import { follow, soFar } from './progress.js';
import * as shell from './shell.js';
import * as times from './times.js';

const { competition } = pageData();
const going = document.getElementById('going');
const leftOver = document.getElementById('left-over');
const side = document.getElementById('side');

let device = shell.device;
let rows = { failed: [], conflict: [], pending: [] };
let run = null;      // {phase, done, total, bytes, share} while a sync runs
let shown = null;    // the last of them with a share, until the counts are fresh: a bar never jumps back
let asked = false;   // Sync now was touched and has not been answered
let lastWord = null; // why it could not be done
let at = 0;

const kinds = { competition: 'Competition', race: 'Race', race_location: 'Location', athlete: 'Athlete', bib_assignment: 'Bib', penalty: 'Penalty', phrase: 'Phrase', incident: 'Incident', report: 'Report', grouping: 'Grouping', history_entry: 'Change' };

const phases = { connecting: 'Looking for the cloud', sending: 'Sending', receiving: 'Fetching what is new', downloading: 'Fetching the competition', storing: 'Putting it on the card' };

function headline() {
  if (run || device.syncing) return phases[run?.phase] ?? 'Sending now';
  if (asked) return 'Looking for the cloud';
  if (!device.paired) return 'This Pi is not paired with a cloud';
  const left = shell.notSent();
  if (left === null) return device.synced > 0 ? 'All that was made here is on the cloud' : 'Nothing was made here yet';
  const waiting = device.pending_reports;
  if (waiting > 0) return `${count(waiting, 'report')} ${waiting === 1 ? 'waits' : 'wait'}`;
  if (device.pending > 0) return `${count(device.pending, 'change')} ${device.pending === 1 ? 'waits' : 'wait'}`;
  return left;
}

function showGoing() {
  if (!device) { fill(going, h('h2', {}, 'One moment')); return; }
  const sum = device.pending + device.synced + device.failed + device.conflicts;
  const sent = device.synced + device.conflicts;
  const finished = sum > 0 && shell.notSent() === null;
  const busy = Boolean(run) || asked || device.syncing;
  fill(going, h('h2', {}, headline()),
    shown
      ? h('div', { class: 'gauge' }, h('span', {}, 'On its way'), h('b', {}, percent(shown.share), shown.total > 0 && h('small', {}, ` of ${count(shown.total, 'record')}`)), meter(shown.share, 1))
      : h('div', { class: 'gauge' }, h('span', {}, 'On the cloud'), h('b', {}, sent, ' ', h('small', {}, `of ${count(sum, 'record')}`)), meter(sent, sum, { finished })),
    h('p', { class: 'told' }, told()),
    h('div', { class: 'acts' },
      key(icon('sync', 's32'), { class: busy || !device.paired ? 'shut' : 'go', 'aria-disabled': busy || !device.paired ? 'true' : null, onclick: syncNow }, busy ? 'Sending' : 'Sync now'),
      h('a', { class: 'key', href: '/evening' }, icon('moon', 's32'), 'End of day')));
}

function told() {
  if (run && (run.total > 0 || run.bytes > 0)) return [h('strong', {}, soFar(run)), '. A link that breaks loses nothing: it goes on where it stopped.'];
  if (lastWord) return [h('strong', { class: 'problem' }, lastWord), ' Reporting goes on as before.'];
  if (!device.paired) return 'Reports are kept here. Pair this Pi to send them.';
  const last = device.last_sync_at ? [h('strong', {}, `Last good sync ${times.moment(device.last_sync_at)}`), `, ${times.age(times.wallNow() - Date.parse(device.last_sync_at))} ago. `] : [h('strong', {}, 'No sync yet. ')];
  return [last, device.online ? 'It syncs by itself, every five minutes at least.' : 'It tries by itself; reports are safe here meanwhile.'];
}

async function syncNow() {
  if (asked || run || !device?.paired) return;
  asked = true;
  lastWord = null;
  showGoing();
  listen();
  try {
    await post('/device/sync', {}, { timeoutMs: 30000 });
  } catch (error) {
    lastWord = error instanceof Away ? 'This Pi is starting again.' : error.message;
    shell.brokeOff();
    showLeft(); // what the run tells meanwhile draws its own part alone
  }
  asked = false;
  await shell.refresh();
  refreshRows();
}

const listen = () => follow(step => {
  const ran = run;
  run = step && step.phase in phases ? step : null;
  if (run?.share > 0) shown = run;
  if (run?.bytes > 0) lastWord = null;
  if (ran && !run && step?.phase === 'failed') lastWord = step.message;
  if (ran && ran.phase !== run?.phase) {
    shell.refresh();
    refreshRows();
  }
  showGoing();
});

// ---- what is left

async function refreshRows() {
  try {
    const [failed, conflict, pending] = await Promise.all(['failed', 'conflict', 'pending'].map(status => all(`/device/queue?status=${status}`)));
    rows = { failed, conflict, pending };
  } catch { /* shown as it was */ }
  showLeft();
}

function things() {
  const list = [];
  for (const tap of outbox.refused()) {
    list.push(item('alert', 'problem', `${tap.label} of ${times.moment(tap.wall)} was not taken`, tap.refused.message, 'Again', () => outbox.again(tap).then(showLeft)));
  }
  const { unsaved, additions } = outbox.counts();
  if (unsaved + additions > 0) list.push(item('wait', 'waiting', `${[unsaved > 0 && count(unsaved, 'tap'), additions > 0 && count(additions, 'addition')].filter(Boolean).join(' and ')} not yet saved`, 'Kept by this screen, saved as soon as this Pi answers again.'));
  for (const row of rows.failed) {
    list.push(item('alert', 'problem', `${kinds[row.record_type] ?? row.record_type}: the cloud could not take it`, row.error_message ?? 'It gave no reason. It is kept here.', 'Try again', () => retry(row)));
  }
  if (rows.conflict.length > 0) {
    list.push(item('review', 'review', `${count(rows.conflict.length, 'record')} in review`, 'Two versions differ. Both are kept; a person chooses at the desk.'));
  }
  if (rows.pending.length > 0) {
    const putOff = rows.pending.filter(row => row.error_message);
    const fresh = rows.pending.length - putOff.length;
    if (fresh > 0) list.push(item('wait', 'waiting', `${count(fresh, 'record')} still to send`, !device?.paired ? 'This Pi is not paired with a cloud yet.' : device?.online ? 'They go with the next sync, within minutes.' : 'No network. They go by themselves when there is a link.'));
    if (putOff.length > 0) list.push(item('wait', 'waiting', `${count(putOff.length, 'record')} put off`, `${putOff[0].error_message}. Tried again${putOff[0].next_attempt_at ? ` at ${times.moment(putOff[0].next_attempt_at)}` : ' by itself'}.`));
  }
  if (device?.held > 0) {
    list.push(item('alert', 'problem', `${count(device.held, 'change')} of the cloud ${device.held === 1 ? 'is' : 'are'} not here yet`, `${kinds[device.held_changes[0].type] ?? device.held_changes[0].type}: ${device.held_changes[0].reason}`));
  }
  return list;
}

const item = (mark, tone, strong, text, verb, act) => h('div', { class: `item ${verb ? '' : 'wide'}` }, h('span', { class: tone }, icon(mark)),
  h('p', {}, h('strong', { class: `cut ${tone === 'problem' ? 'problem' : ''}` }, strong), h('span', { class: 'two' }, text)), verb && key(verb, { onclick: act }));

async function retry(row) {
  try {
    await post(`/device/queue/${row.client_uuid}/retry`);
  } catch (error) {
    shell.toast(error.message);
  }
  await shell.refresh();
  refreshRows();
}

function showLeft() {
  const list = things();
  if (list.length === 0) {
    const left = shell.notSent();
    const [mark, strong, text] = left === null
      ? ['check', 'Nothing is left', device.synced > 0 ? 'The cloud has confirmed every record of this Pi.' : 'Reports made on this screen wait here until the cloud has them.']
      : ['wait', left, device?.last_run_error ? `${device.last_run_error} It is tried again by itself.` : 'Nothing is lost: it is tried again by itself.'];
    fill(leftOver, h('h2', {}, 'What is left, and why'), h('div', { class: left === null ? 'clear' : 'clear not' }, icon(mark), h('strong', {}, strong), h('p', {}, text)));
    return;
  }
  if (list.length <= 3) { fill(leftOver, h('h2', {}, 'What is left, and why'), list); return; }
  at = at >= list.length ? 0 : at;
  fill(leftOver, h('h2', {}, `What is left, and why · ${at + 1}–${Math.min(list.length, at + 2)} of ${list.length}`), list.slice(at, at + 2),
    h('div', { class: 'item' }, h('span', {}, icon('down')), h('p', {}, h('strong', {}, 'There is more')), key('Next', { onclick: () => { at += 2; showLeft(); } })));
}

// ---- this Pi

function fact(good, strong, text, mark) {
  return h('li', {}, good === null ? h('span', { class: 'lampo' }) : h('span', { class: `disc ${good ? '' : 'doubt'}` }, icon(mark ?? (good ? 'check' : 'alert'))), h('span', {}, h('strong', { class: 'cut' }, strong), h('span', { class: 'cut' }, text)));
}

function showSide() {
  if (!device) return;
  const name = device.competition?.name ?? competition?.name ?? null;
  const known = device.clock_uncertainty_ms !== null && device.clock_uncertainty_ms !== undefined;
  const host = device.server_url ? device.server_url.replace(/^https?:\/\//, '').replace(/\/$/, '') : '';
  fill(side, h('div', { class: 'card' }, h('h2', {}, device.name ?? 'This Pi'), h('p', {}, 'What it needs for a day without network'),
    h('ol', {},
      device.paired ? fact(true, 'Paired', `with ${host}`) : fact(null, 'Not paired', 'its cloud is not known yet'),
      name ? fact(device.ready_for_offline ? true : false, name, device.ready_for_offline ? 'ready for offline operation' : 'not all of it is here yet') : fact(null, 'No competition yet', 'fetch it while there is a network'),
      known ? fact(device.clock_uncertainty_ms <= 30000, 'Clock checked with the cloud', `corrected by ${signed(device.clock_offset_ms)}, ± ${Math.max(0.1, device.clock_uncertainty_ms / 1000).toFixed(1)} s`) : fact(null, 'Clock not checked', 'its own time is kept with each report'),
      cardFact())),
  h('a', { class: 'key', href: '/download' }, icon('download', 's32'), h('span', {}, 'Competition', h('small', { class: 'cut' }, name ? 'fetch again, or another one' : 'choose and fetch'))),
  h('div', { class: 'two-keys' },
    h('a', { class: 'key', href: '/pair' }, icon('pair', 's32'), h('span', {}, 'Pairing')),
    h('a', { class: 'key', href: '/phones' }, icon('phone', 's32'), h('span', {}, 'Phones'))));
}

const signed = ms => `${ms < 0 ? '−' : '+'}${(Math.abs(ms ?? 0) / 1000).toFixed(1)} s`;

function cardFact() {
  const gigabytes = (device.disk_free_bytes ?? 0) / 1e9;
  return fact(gigabytes > 2, 'Storage card', `${gigabytes < 10 ? gigabytes.toFixed(1) : gigabytes.toFixed(0)} GB free`);
}

function showAll() { showGoing(); showLeft(); showSide(); }

let seen = '';
shell.events.addEventListener('device', event => {
  device = event.detail;
  const counts = JSON.stringify([device.pending, device.synced, device.failed, device.conflicts, device.held, device.last_run_error]);
  if (counts !== seen) { seen = counts; refreshRows(); }
  if (device.syncing && !run) listen();
  if (!device.syncing && !asked) run = null;
  if (!(run?.share > 0)) shown = null;
  showAll();
});
outbox.events.addEventListener('count', showLeft);
showGoing();
showLeft();
