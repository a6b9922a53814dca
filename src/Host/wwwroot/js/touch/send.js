// To send: how much waits and why, and Sync now. Offline is not a failure (R11): it says so, and nothing leaves the queue unsent.

import { all, Away, post } from './api.js';
import * as clipTerms from './clip-terms.js';
import { figure, fill, h, icon, key, meter, pageData, percent } from './dom.js';
import * as outbox from './outbox.js';
import { follow, soFar } from './progress.js';
import * as shell from './shell.js';
import { and, has, reasonOf, said, t } from './texts.js';
import * as times from './times.js';

const { competition } = pageData();
const going = document.getElementById('going');
const leftOver = document.getElementById('left-over');
const side = document.getElementById('side');
side.classList.add('with-clips');

going.setAttribute('aria-label', t('send.sync_label'));

let device = shell.device;
let rows = { failed: [], conflict: [], pending: [] };
let run = null;      // {phase, done, total, bytes, share} while a sync runs
let shown = null;    // the last of them with a share, until the counts are fresh: a bar never jumps back
let asked = false;   // Sync now was touched and has not been answered
let lastWord = null; // why it could not be done
let at = 0;

const kind = type => has(`kind.${type}`) ? t(`kind.${type}`) : type;
const phases = ['connecting', 'sending', 'receiving', 'clips', 'downloading', 'storing'];

function headline() {
  if (run || device.syncing) return run ? t(`phase.${run.phase}`) : t('link.sending');
  if (asked) return t('phase.connecting');
  if (!device.paired) return t('send.unpaired');
  const left = shell.notSent();
  if (left === null) return t(device.synced > 0 ? 'send.all' : 'send.nothing');
  const waiting = device.pending_reports;
  if (waiting > 0) return t('send.reports_wait', { n: waiting });
  if (device.pending > 0) return t('send.changes_wait', { n: device.pending });
  return left;
}

function showGoing() {
  if (!device) { fill(going, h('h2', {}, t('moment'))); return; }
  const sum = device.pending + device.synced + device.failed + device.conflicts;
  const sent = device.synced + device.conflicts;
  const finished = sum > 0 && shell.notSent() === null;
  const busy = Boolean(run) || asked || device.syncing;
  fill(going, h('h2', {}, headline()),
    shown
      ? h('div', { class: 'gauge' }, h('span', {}, t('send.on_way')), h('b', {}, percent(shown.share), shown.total > 0 && h('small', {}, ` ${t(shown.phase === 'clips' ? 'of.clips' : 'of.records', { n: shown.total })}`)), meter(shown.share, 1))
      : h('div', { class: 'gauge' }, h('span', {}, t('send.on_cloud')), h('b', {}, sent, ' ', h('small', {}, t('of.records', { n: sum }))), meter(sent, sum, { finished })),
    h('p', { class: 'told' }, told()),
    h('div', { class: 'acts' },
      key(icon('sync', 's32'), { class: busy || !device.paired ? 'shut' : 'go', 'aria-disabled': busy || !device.paired ? 'true' : null, onclick: syncNow }, t(busy ? 'send.busy' : 'send.sync')),
      h('a', { class: 'key', href: '/evening' }, icon('moon', 's32'), t('send.end'))));
}

function told() {
  if (run && (run.total > 0 || run.bytes > 0)) return [h('strong', {}, soFar(run)), `. ${t('send.link_breaks')}`];
  if (lastWord) return [h('strong', { class: 'problem' }, lastWord), ` ${t('send.goes_on')}`];
  if (!device.paired) return t('send.kept');
  const last = device.last_sync_at ? t('send.last', { time: times.moment(device.last_sync_at), age: times.age(times.wallNow() - Date.parse(device.last_sync_at)) }) : t('send.never');
  return [h('strong', {}, last), ` ${t(device.online ? 'send.by_itself' : 'send.tries')}`];
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
    lastWord = error instanceof Away ? t('away.short') : error.message;
    shell.brokeOff();
    showLeft(); // what the run tells meanwhile draws its own part alone
  }
  asked = false;
  await shell.refresh();
  refreshRows();
}

const listen = () => follow(step => {
  const ran = run;
  run = step && phases.includes(step.phase) ? step : null;
  if (run?.share > 0) shown = run;
  if (run?.bytes > 0) lastWord = null;
  if (ran && !run && step?.phase === 'failed') lastWord = said(step.message);
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
    list.push(item('alert', 'problem', t('send.tap_refused', { bib: tap.label, time: times.moment(tap.wall) }), tap.refused.message, t('send.again'), () => outbox.again(tap).then(showLeft)));
  }
  const { unsaved, additions } = outbox.counts();
  if (unsaved + additions > 0) list.push(item('wait', 'waiting', t('send.not_saved', { what: and([unsaved > 0 && t('count.taps', { n: unsaved }), additions > 0 && t('count.additions', { n: additions })]) }), t('send.kept_screen')));
  for (const row of rows.failed) {
    list.push(item('alert', 'problem', t('send.row_failed', { kind: kind(row.record_type) }), reasonOf(row) ?? t('send.no_reason'), t('again'), () => retry(row)));
  }
  if (rows.conflict.length > 0) {
    list.push(item('review', 'review', t('left.conflicts', { n: rows.conflict.length }), t('send.two_versions')));
  }
  if (rows.pending.length > 0) {
    const putOff = rows.pending.filter(row => row.error_message);
    const fresh = rows.pending.length - putOff.length;
    if (fresh > 0) list.push(item('wait', 'waiting', t('send.still', { n: fresh }), t(!device?.paired ? 'send.not_paired_yet' : device?.online ? 'send.next_sync' : 'send.no_network')));
    if (putOff.length > 0) list.push(item('wait', 'waiting', t('send.put_off', { n: putOff.length }), putOff[0].next_attempt_at ? t('send.put_off_at', { why: reasonOf(putOff[0]), time: times.moment(putOff[0].next_attempt_at) }) : t('send.put_off_itself', { why: reasonOf(putOff[0]) })));
  }
  if (device?.clips_failed > 0) {
    list.push(item('alert', 'problem', t('send.clips_failed', { n: device.clips_failed }), t('send.clips_failed_more'), t('again'), syncNow));
  }
  const clips = (device?.clips_pending ?? 0) - (device?.clips_failed ?? 0);
  if (clips > 0) {
    const byHand = clipTerms.byHand(device);
    list.push(item('clip', 'waiting', t('left.clips', { n: clips }), clipTerms.word(device), t(byHand ? 'clips.send' : 'clips.choose'), byHand ? syncNow : chooseClips));
  }
  if (device?.held > 0) {
    list.push(item('alert', 'problem', t('send.held', { n: device.held }), `${kind(device.held_changes[0].type)}: ${said(device.held_changes[0].reason)}`));
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

/** What to do about a card that fills: long before reports could suffer, and with the key to where its room comes back. */
function card() {
  const full = device?.clips_taken === false;
  if (!full && !shell.isCardLow()) return null;
  const [tone, strong, text] = full ? ['problem', t('card.full'), t('card.full_more')] : ['waiting', t('card.low', { n: shell.cardPercent() }), t('card.low_more')];
  return item(full ? 'alert' : 'card', tone, strong, text, t('card.clear'), () => location.assign('/evening'));
}

const chooseClips = () => clipTerms.choose(showAll);

function showLeft() {
  const list = things();
  const advice = card();
  if (list.length === 0) {
    const left = shell.notSent();
    const [mark, strong, text] = left === null
      ? ['check', t('send.nothing_left'), t(device.synced > 0 ? 'send.confirmed' : 'send.wait_here')]
      : ['wait', left, device?.last_run_error ? t('send.tried', { why: said(device.last_run_error) }) : t('send.not_lost')];
    fill(leftOver, h('h2', {}, t('send.left')), advice
      ? [item(mark, left === null ? '' : 'waiting', strong, text), advice]
      : h('div', { class: left === null ? 'clear' : 'clear not' }, icon(mark), h('strong', {}, strong), h('p', {}, text)));
    return;
  }
  if (advice) list.push(advice);
  if (list.length <= 3) { fill(leftOver, h('h2', {}, t('send.left')), list); return; }
  at = at >= list.length ? 0 : at;
  fill(leftOver, h('h2', {}, `${t('send.left')} · ${t('range.of', { first: at + 1, last: Math.min(list.length, at + 2), total: list.length })}`), list.slice(at, at + 2),
    h('div', { class: 'item' }, h('span', {}, icon('down')), h('p', {}, h('strong', {}, t('send.more'))), key(t('send.next'), { onclick: () => { at += 2; showLeft(); } })));
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
  fill(side, h('div', { class: 'card' }, h('h2', {}, device.name ?? t('pi.this')), h('p', {}, t('pi.needs')),
    h('ol', {},
      device.paired ? fact(true, t('pi.paired'), t('pi.with', { host })) : fact(null, t('pi.unpaired'), t('pi.cloud_unknown')),
      name ? fact(device.ready_for_offline ? true : false, name, t(device.ready_for_offline ? 'pi.ready' : 'pi.not_all')) : fact(null, t('pi.no_competition'), t('pi.fetch_while')),
      known ? fact(device.clock_uncertainty_ms <= 30000, t('pi.clock'), t('pi.clock_by', { offset: signed(device.clock_offset_ms), seconds: figure(Math.max(0.1, device.clock_uncertainty_ms / 1000), 1) })) : fact(null, t('pi.clock_not'), t('pi.clock_own')),
      cardFact())),
  h('div', { class: 'four-keys' },
    [['/download', 'download', 'pi.competition'], ['/wifi', 'link', 'pi.wifi'], ['/pair', 'pair', 'pi.pairing'], ['/phones', 'phone', 'pi.phones']]
      .map(([href, mark, name]) => h('a', { class: 'key', href }, icon(mark, 's32'), h('span', {}, t(name))))),
  key(icon('clip', 's32'), { onclick: chooseClips }, h('span', {}, t('clips.key'), h('small', { class: 'cut' }, clipTerms.chosen(device)))));
}

/** What is nothing when written has no sign. */
const signed = ms => `${Math.abs(ms ?? 0) < 50 ? '' : ms < 0 ? '−' : '+'}${figure(Math.abs(ms ?? 0) / 1000, 1)} s`;

function cardFact() {
  const gigabytes = (device.disk_free_bytes ?? 0) / 1e9;
  return fact(gigabytes > 2 && !shell.isCardLow() && device.clips_taken !== false, t('pi.card'), t('pi.card_free', { n: figure(gigabytes, gigabytes < 10 ? 1 : 0) }));
}

function showAll() { showGoing(); showLeft(); showSide(); }

let seen = '';
shell.events.addEventListener('device', event => {
  device = event.detail;
  const counts = JSON.stringify([device.pending, device.synced, device.failed, device.conflicts, device.held, device.last_run_error, device.clips_pending, device.clips_failed, device.clips_wait, device.clips_taken, shell.isCardLow()]);
  if (counts !== seen) { seen = counts; refreshRows(); }
  if (device.syncing && !run) listen();
  if (!device.syncing && !asked) run = null;
  if (!(run?.share > 0)) shown = null;
  showAll();
});
outbox.events.addEventListener('count', showLeft);
showGoing();
showLeft();
