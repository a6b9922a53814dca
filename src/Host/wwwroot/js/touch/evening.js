// The end of the day: what stands in the way and why, the proof, and the clearing that only proof opens (R13). No finger ticks
// a lamp here: each shows what the cloud has signed, or what this Pi counts. For a day without a link there is the stick.

import { Away, get, post, Refused } from './api.js';
import * as clipTerms from './clip-terms.js';
import { figure, fill, h, icon, key, meter, percent } from './dom.js';
import { ask } from './keyboard.js';
import * as outbox from './outbox.js';
import { follow, soFar } from './progress.js';
import * as shell from './shell.js';
import { said, t } from './texts.js';
import * as times from './times.js';

const going = document.getElementById('going');
const leftOver = document.getElementById('left-over');
const side = document.getElementById('side');

going.setAttribute('aria-label', t('evening.proof'));

let device = shell.device;
let clearance = null; // what this Pi can tell by itself: {names, records, clips, reasons, receipt}
let faults = [];      // what the last proof or clearing was refused for
let busy = null;      // what runs now, in words
let step = null;      // {phase, done, total, bytes, share} of it
let lastWord = null;  // why the last thing could not be done

const words = {
  pending: ['wait', 'waiting', n => t('evening.pending', { n }), () => t(device?.online ? 'evening.pending_online' : 'evening.pending_offline')],
  failed: ['alert', 'problem', n => t('evening.failed', { n }), () => t('evening.failed_more')],
  conflict: ['review', 'review', n => t('left.conflicts', { n }), () => t('evening.conflict_more')],
  clips_pending: ['clip', 'waiting', n => t('left.clips', { n }), () => clipTerms.word(device)],
  clips_failed: ['alert', 'problem', n => t('send.clips_failed', { n }), () => t('send.clips_failed_more')],
  missing_on_cloud: ['alert', 'problem', n => t('evening.missing', { n }), () => t('evening.missing_more')],
  different_on_cloud: ['alert', 'problem', n => t('evening.different', { n }), () => t('evening.different_more')],
};

const phases = ['sending', 'receiving', 'clips', 'downloading', 'storing', 'verifying']; // what has a figure

const unsaved = () => { const { unsaved: taps, additions, refused } = outbox.counts(); return taps + additions + refused; };
const proven = () => Boolean(clearance?.receipt) && clearance.reasons.length === 0 && unsaved() === 0 && faults.length === 0;
const why = error => error instanceof Away ? t('away.again') : error.message;

// ---- the proof

function showGoing() {
  if (!clearance || !device) { fill(going, h('h2', {}, t('moment'))); return; }
  const { records, receipt } = clearance;
  const held = proven();
  const headline = busy ?? (t(clearance.names.length === 0 ? 'evening.nothing' : held ? 'evening.proven' : 'evening.not_proven'));
  fill(going, h('h2', {}, headline),
    step?.share > 0
      ? h('div', { class: 'gauge' }, h('span', {}, t('send.on_way')), h('b', {}, percent(step.share), step.total > 0 && h('small', {}, ` ${t('of.records', { n: step.total })}`)), meter(step.share, 1))
      : h('div', { class: 'gauge' }, h('span', {}, t('evening.compared')), h('b', {}, held ? records : 0, ' ', h('small', {}, t('of.records', { n: records }))), meter(held ? records : 0, records, { finished: held && !busy })),
    h('p', { class: 'told' }, step && soFar(step) ? [h('strong', {}, soFar(step)), `. ${t('evening.no_harm')}`]
      : lastWord ? h('strong', { class: 'problem' }, lastWord)
      : held ? [h('strong', {}, t('evening.receipt', { time: times.moment(receipt.verified_at) })), ` ${t('evening.covers')}`]
        : t('evening.how')),
    h('div', { class: 'acts' }, act('check', t('evening.prove'), prove, !device.paired || clearance.reasons.length > 0 || clearance.names.length === 0), act('sync', t('send.sync'), sync, !device.paired)));
}

const act = (mark, label, run, shut) => key(icon(mark, 's32'), { class: busy || shut ? 'shut' : mark === 'check' ? 'go' : '', 'aria-disabled': busy || shut ? 'true' : null, onclick: () => { if (!busy && !shut) run(); } }, label);

/** One thing at a time, told while it runs. How it ended is told once everything was looked at anew: what a finger aims at then stays. */
async function during(what, work) {
  busy = t(`evening.${what}`);
  [lastWord, faults] = [null, []];
  follow(now => { if (busy && phases.includes(now?.phase)) { step = now; showGoing(); } });
  showAll();
  let [word, found] = [null, []];
  try {
    const done = await work();
    found = faults;
    return done;
  } catch (error) {
    word = why(error);
    if (what === 'sending') shell.brokeOff();
    if (error instanceof Refused && Array.isArray(error.problem.reasons)) found = error.problem.reasons.filter(reason => reason.code in words);
    return null;
  } finally {
    await shell.refresh();
    await look();
    busy = step = null;
    [lastWord, faults] = [word, found];
    showAll();
  }
}

const prove = () => during('comparing', async () => {
  const proof = await post('/device/verify', {}, { timeoutMs: 600000 });
  for (const [code, list] of [['missing_on_cloud', proof.missing], ['different_on_cloud', proof.different]]) if (list.length > 0) faults.push({ code, count: list.length });
  return proof;
});

const sync = () => during('sending', () => post('/device/sync?wait=true', {}, { timeoutMs: 600000 }));

async function look() {
  try {
    clearance = await get('/device/clearance', { timeoutMs: 30000 });
  } catch { /* shown as it was */ }
  showAll();
}

// ---- what stands in the way

const item = (mark, tone, strong, text, verb, run) => h('div', { class: `item ${verb ? '' : 'wide'}` }, h('span', { class: tone }, icon(mark)),
  h('p', {}, h('strong', { class: `cut ${tone === 'problem' ? 'problem' : ''}` }, strong), h('span', { class: 'two' }, text)), verb && key(verb, { onclick: run }));

function showLeft() {
  const list = [];
  if (unsaved() > 0) list.push(item('wait', 'waiting', t('evening.unsaved', { n: unsaved() }), t('evening.unsaved_more')));
  for (const reason of [...clearance?.reasons ?? [], ...faults]) {
    const [mark, tone, strong, text] = words[reason.code] ?? ['alert', 'problem', () => reason.message, () => ''];
    list.push(reason.code === 'pending' || !(reason.code in words) ? item(mark, tone, strong(reason.count), text()) : item(mark, tone, strong(reason.count), text(), t('evening.show'), () => shell.go('/send')));
  }
  const title = h('h2', {}, t('evening.way'));
  if (list.length > 0) { fill(leftOver, title, list.slice(0, 3)); return; }
  fill(leftOver, title, h('div', { class: 'clear' }, icon('check'), h('strong', {}, t('evening.nothing_known')),
    h('p', {}, t(proven() ? 'evening.may' : clearance?.names.length ? 'evening.must' : 'evening.no_competition'))));
}

// ---- the lamps, and what they open

const lamp = (lit, strong, text) => h('li', {}, lit ? h('span', { class: 'disc' }, icon('check')) : h('span', { class: 'lampo' }), h('span', {}, h('strong', { class: 'cut' }, strong), h('span', { class: 'cut' }, text)));

function showSide() {
  if (!clearance || !device) return;
  const { records, clips, receipt, reasons } = clearance;
  const held = proven();
  // The proof overrules what the last sync left open; what lies in quarantine is on the cloud too, and said to be there (R14).
  const left = device.failed > 0 && reasons.length === 0 ? null : shell.notSent();
  const sent = reasons.length === 0 && unsaved() === 0 && (held || left === null);
  const at = receipt ? times.moment(receipt.verified_at) : '';
  const open = held && !busy;
  const stick = device.stick;
  fill(side, h('div', { class: 'card' }, h('h2', {}, t('evening.before')), h('p', {}, t('evening.lights')),
    h('ol', {},
      lamp(sent, t(device.failed > 0 ? 'evening.sent_or' : 'evening.sent'), !sent ? left ?? t('evening.something') : device.failed > 0 ? t('evening.in_quarantine', { n: device.failed, total: records }) : t('evening.answered', { n: records })),
      lamp(held, t('evening.same'), held ? t('evening.equal_at', { n: records, total: records, time: at }) : t('evening.not_compared')),
      lamp(held, t('evening.clips'), clips === 0 ? t('evening.no_clip') : held ? t('evening.equal', { n: clips, total: clips }) : t('evening.not_compared')),
      lamp(held, t('evening.signed'), held ? t('evening.kept_here', { time: at }) : t('evening.comes')))),
  key(icon(open ? 'withdraw' : 'lock', 's32'), { class: open ? 'go' : 'shut', 'aria-disabled': open ? null : 'true', onclick: () => { if (open) clear(); } },
    h('span', {}, t('evening.clear'), h('small', { class: 'cut' }, t(open ? 'evening.for_next' : 'evening.opens')))),
  key(icon('stick', 's32'), { class: stick && !busy ? '' : 'shut', 'aria-disabled': stick && !busy ? null : 'true', onclick: () => { if (stick && !busy) showStick(); } },
    h('span', {}, t('evening.stick'), h('small', { class: 'cut' }, !stick ? t('evening.no_stick') : said(stick.message) ?? t('evening.on_it')))));
}

async function clear() {
  const name = clearance.names[0];
  const typed = await ask({ head: [h('b', {}, `${t('evening.type_name')} `), name], ghost: name, most: 200, save: t('evening.clear'), discard: t('evening.keep'), unsaved: t('evening.unclear') });
  if (typed === null) return;
  const done = await during('clearing', () => post('/device/clear', { confirm: typed }, { timeoutMs: 600000 }));
  if (done) showCleared(done);
}

function showCleared({ cleared, receipt }) {
  const reports = cleared.report ?? 0;
  const all = Object.values(cleared).reduce((sum, each) => sum + each, 0);
  const main = document.querySelector('main');
  main.className = 'body';
  fill(main, h('div', { class: 'loading-card card' }, h('span', { class: 'proven' }, icon('decided', 's64')), h('h1', {}, t('evening.cleared')),
    h('p', {}, t('evening.gone', { reports: t('count.reports', { n: reports }), records: t('count.records', { n: all }) })),
    h('p', {}, t('evening.receipt_kept', { id: receipt.receipt_uuid.slice(0, 8), time: times.moment(receipt.verified_at) })),
    h('div', { class: 'keys' }, h('a', { class: 'key go', href: '/download' }, icon('download', 's32'), t('evening.fetch')))));
}

// ---- the memory stick

function showStick() {
  const state = device.stick;
  const ready = state && state.state !== 'missing';
  const told = h('p', { role: 'status' }, ready ? `${said(state.message) ?? t('stick.in')} ${state.free_bytes ? t('stick.free', { n: figure(state.free_bytes / 1e9, 1) }) : ''}` : t('stick.none'));
  const close = () => layer.remove();
  let runs = false; // a second touch while the first is at work is none
  const keys = [
    key(icon('stick', 's32'), { class: ready ? 'go' : 'shut', 'aria-disabled': ready ? null : 'true', onclick: () => { if (ready) work(t('stick.writing'), write); } }, t('stick.write')),
    key(icon('arrived', 's32'), { class: ready ? '' : 'shut', 'aria-disabled': ready ? null : 'true', onclick: () => { if (ready) work(t('stick.reading'), take); } }, t('stick.take')),
    key(t('stick.close'), { onclick: close })];
  const layer = h('div', { class: 'layer', role: 'dialog', 'aria-modal': 'true', 'aria-label': t('evening.stick') },
    h('div', { class: 'loading-card card' }, icon('stick', 's64'), h('h1', {}, t('stick.title')),
      h('p', {}, t('stick.how')), told, h('div', { class: 'keys' }, keys)));
  async function work(text, run) {
    if (runs) return;
    runs = true;
    fill(told, text);
    for (const each of keys) each.setAttribute('aria-disabled', 'true');
    try {
      fill(told, h('strong', {}, await run()));
    } catch (error) {
      fill(told, h('strong', { class: 'problem' }, why(error)));
    }
    runs = false;
    for (const each of keys) each.removeAttribute('aria-disabled');
    await shell.refresh();
    await look();
  }
  document.body.append(layer);
}

const write = async () => { const file = await post('/device/stick/export', {}, { timeoutMs: 600000 }); return t('stick.written', { file: file.name, records: t('count.records', { n: file.records }) }); };
const take = async () => { const taken = await post('/device/stick/receipt', {}, { timeoutMs: 120000 }); return t(taken.covers ? 'stick.covers' : 'stick.covers_not'); };

function showAll() { showGoing(); showLeft(); showSide(); }

let seen = '';
shell.events.addEventListener('device', event => {
  device = event.detail;
  const counts = JSON.stringify([device.pending, device.synced, device.failed, device.conflicts, device.competition]);
  if (counts !== seen && !busy) { seen = counts; look(); }
  if (!document.querySelector('.layer') && clearance && document.contains(going)) showAll();
});
outbox.events.addEventListener('count', () => { if (document.contains(going)) showAll(); });
showGoing();
