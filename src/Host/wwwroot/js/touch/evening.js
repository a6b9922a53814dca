// The end of the day: what stands in the way and why, the proof, and the clearing that only proof opens (R13). No finger ticks
// a lamp here: each shows what the cloud has signed, or what this Pi counts. For a day without a link there is the stick.

import { Away, get, post, Refused } from './api.js';
import { count, fill, h, icon, key, meter, percent } from './dom.js';
import { ask } from './keyboard.js';
import * as outbox from './outbox.js';
import { follow, soFar } from './progress.js';
import * as shell from './shell.js';
import * as times from './times.js';

const going = document.getElementById('going');
const leftOver = document.getElementById('left-over');
const side = document.getElementById('side');

let device = shell.device;
let clearance = null; // what this Pi can tell by itself: {names, records, clips, reasons, receipt}
let faults = [];      // what the last proof or clearing was refused for
let busy = null;      // what runs now, in words
let step = null;      // {phase, done, total, bytes, share} of it
let lastWord = null;  // why the last thing could not be done

const words = {
  pending: ['wait', 'waiting', n => `${count(n, 'record')} not sent yet`, () => device?.online ? 'Sync now sends them, within minutes.' : 'No network. Take them by memory stick, or wait for a link.'],
  failed: ['alert', 'problem', n => `${count(n, 'record')} could not be sent`, () => 'See To send: each says why, and can be tried again.'],
  conflict: ['review', 'review', n => `${count(n, 'record')} in review`, () => 'Two versions differ. A person chooses at the desk, then Sync now.'],
  missing_on_cloud: ['alert', 'problem', n => `The cloud lacks ${count(n, 'record')}`, () => 'Sync now sends them again; prove it then once more.'],
  different_on_cloud: ['alert', 'problem', n => `The cloud has ${count(n, 'record')} in another version`, () => 'Sync now, and prove it then once more.'],
};

const phases = ['sending', 'receiving', 'downloading', 'storing', 'verifying']; // what has a figure

const unsaved = () => { const { unsaved: taps, additions, refused } = outbox.counts(); return taps + additions + refused; };
const proven = () => Boolean(clearance?.receipt) && clearance.reasons.length === 0 && unsaved() === 0 && faults.length === 0;
const why = error => error instanceof Away ? 'This Pi is starting again. Try once more in a moment.' : error.message;

// ---- the proof

function showGoing() {
  if (!clearance || !device) { fill(going, h('h2', {}, 'One moment')); return; }
  const { records, receipt } = clearance;
  const held = proven();
  const headline = busy ?? (clearance.names.length === 0 ? 'Nothing to clear' : held ? 'Proven: the cloud has everything' : 'Not proven yet');
  fill(going, h('h2', {}, headline),
    step?.share > 0
      ? h('div', { class: 'gauge' }, h('span', {}, 'On its way'), h('b', {}, percent(step.share), step.total > 0 && h('small', {}, ` of ${count(step.total, 'record')}`)), meter(step.share, 1))
      : h('div', { class: 'gauge' }, h('span', {}, 'Compared with the cloud'), h('b', {}, held ? records : 0, ' ', h('small', {}, `of ${count(records, 'record')}`)), meter(held ? records : 0, records, { finished: held && !busy })),
    h('p', { class: 'told' }, step && soFar(step) ? [h('strong', {}, soFar(step)), '. A link that breaks does no harm: it can be done again.']
      : lastWord ? h('strong', { class: 'problem' }, lastWord)
      : held ? [h('strong', {}, `Receipt of ${times.moment(receipt.verified_at)}`), '. It covers exactly what is on this Pi now.']
        : 'The cloud compares a checksum of each record with its own, and signs that it has them all.'),
    h('div', { class: 'acts' }, act('check', 'Prove it', prove, !device.paired || clearance.reasons.length > 0 || clearance.names.length === 0), act('sync', 'Sync now', sync, !device.paired)));
}

const act = (mark, label, run, shut) => key(icon(mark, 's32'), { class: busy || shut ? 'shut' : mark === 'check' ? 'go' : '', 'aria-disabled': busy || shut ? 'true' : null, onclick: () => { if (!busy && !shut) run(); } }, label);

/** One thing at a time, told while it runs. How it ended is told once everything was looked at anew: what a finger aims at then stays. */
async function during(what, work) {
  busy = what;
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
    if (what === 'Sending') shell.brokeOff();
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

const prove = () => during('Comparing with the cloud', async () => {
  const proof = await post('/device/verify', {}, { timeoutMs: 600000 });
  for (const [code, list] of [['missing_on_cloud', proof.missing], ['different_on_cloud', proof.different]]) if (list.length > 0) faults.push({ code, count: list.length });
  return proof;
});

const sync = () => during('Sending', () => post('/device/sync?wait=true', {}, { timeoutMs: 600000 }));

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
  if (unsaved() > 0) list.push(item('wait', 'waiting', `${count(unsaved(), 'tap')} on this screen not saved yet`, 'Kept by this screen until this Pi has them. See To send.'));
  for (const reason of [...clearance?.reasons ?? [], ...faults]) {
    const [mark, tone, strong, text] = words[reason.code] ?? ['alert', 'problem', () => reason.message, () => ''];
    list.push(reason.code === 'pending' || !(reason.code in words) ? item(mark, tone, strong(reason.count), text()) : item(mark, tone, strong(reason.count), text(), 'Show', () => shell.go('/send')));
  }
  const title = h('h2', {}, 'What stands in the way');
  if (list.length > 0) { fill(leftOver, title, list.slice(0, 3)); return; }
  fill(leftOver, title, h('div', { class: 'clear' }, icon('check'), h('strong', {}, 'Nothing that this Pi knows of'),
    h('p', {}, proven() ? 'It may be cleared for the next race.' : clearance?.names.length ? 'Now the cloud must prove that it has everything.' : 'No competition is on this Pi.')));
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
  fill(side, h('div', { class: 'card' }, h('h2', {}, 'Proof before clearing'), h('p', {}, 'Only the cloud’s answer lights these'),
    h('ol', {},
      lamp(sent, device.failed > 0 ? 'Sent, or kept in quarantine' : 'Everything sent', !sent ? left ?? 'something is left' : device.failed > 0 ? `${device.failed} of ${count(records, 'record')} in quarantine` : `${count(records, 'record')} answered`),
      lamp(held, 'Every record the same there', held ? `${records} of ${records} equal, ${at}` : 'not compared yet'),
      lamp(held, 'Every clip the same there', clips === 0 ? 'no clip was made here' : held ? `${clips} of ${clips} equal` : 'not compared yet'),
      lamp(held, 'Signed receipt on both sides', held ? `kept here, ${at}` : 'comes with the proof'))),
  key(icon(open ? 'withdraw' : 'lock', 's32'), { class: open ? 'go' : 'shut', 'aria-disabled': open ? null : 'true', onclick: () => { if (open) clear(); } },
    h('span', {}, 'Clear this Pi', h('small', { class: 'cut' }, open ? 'for the next race' : 'opens when all four are lit'))),
  key(icon('stick', 's32'), { class: stick && !busy ? '' : 'shut', 'aria-disabled': stick && !busy ? null : 'true', onclick: () => { if (stick && !busy) showStick(); } },
    h('span', {}, 'Memory stick', h('small', { class: 'cut' }, !stick ? 'none is set up on this Pi' : stick.message ?? 'each report is on it too'))));
}

async function clear() {
  const name = clearance.names[0];
  const typed = await ask({ head: [h('b', {}, 'To clear this Pi, type the competition’s name: '), name], ghost: name, most: 200, save: 'Clear this Pi', discard: 'Keep everything', unsaved: 'nothing is cleared yet' });
  if (typed === null) return;
  const done = await during('Clearing', () => post('/device/clear', { confirm: typed }, { timeoutMs: 600000 }));
  if (done) showCleared(done);
}

function showCleared({ cleared, receipt }) {
  const reports = cleared.report ?? 0;
  const all = Object.values(cleared).reduce((sum, each) => sum + each, 0);
  const main = document.querySelector('main');
  main.className = 'body';
  fill(main, h('div', { class: 'loading-card card' }, h('span', { class: 'proven' }, icon('decided', 's64')), h('h1', {}, 'Ready for the next race'),
    h('p', {}, `${count(reports, 'report')} and all that belongs to them, ${count(all, 'record')}, are on the cloud and gone from this Pi.`),
    h('p', {}, `Receipt ${receipt.receipt_uuid.slice(0, 8)} of ${times.moment(receipt.verified_at)} is kept here and on the cloud.`),
    h('div', { class: 'keys' }, h('a', { class: 'key go', href: '/download' }, icon('download', 's32'), 'Fetch a competition'))));
}

// ---- the memory stick

function showStick() {
  const state = device.stick;
  const ready = state && state.state !== 'missing';
  const said = h('p', { role: 'status' }, ready ? `${state.message ?? 'A stick is in.'} ${state.free_bytes ? `${(state.free_bytes / 1e9).toFixed(1)} GB free.` : ''}` : 'No memory stick is in. Put one in, and wait a few seconds.');
  const close = () => layer.remove();
  const keys = [
    key(icon('stick', 's32'), { class: ready ? 'go' : 'shut', 'aria-disabled': ready ? null : 'true', onclick: () => { if (ready) work('Writing to the stick. Leave it in.', write); } }, 'Write everything to it'),
    key(icon('arrived', 's32'), { class: ready ? '' : 'shut', 'aria-disabled': ready ? null : 'true', onclick: () => { if (ready) work('Reading the stick.', take); } }, 'Take the receipt from it'),
    key('Close', { onclick: close })];
  const layer = h('div', { class: 'layer', role: 'dialog', 'aria-modal': 'true', 'aria-label': 'Memory stick' },
    h('div', { class: 'loading-card card' }, icon('stick', 's64'), h('h1', {}, 'For a day without a link'),
      h('p', {}, 'Everything goes onto the stick, readable for your cloud only. An admin takes it in at the desk and gives a receipt file back.'), said, h('div', { class: 'keys' }, keys)));
  async function work(text, run) {
    fill(said, text);
    for (const each of keys) each.setAttribute('aria-disabled', 'true');
    try {
      fill(said, h('strong', {}, await run()));
    } catch (error) {
      fill(said, h('strong', { class: 'problem' }, why(error)));
    }
    for (const each of keys) each.removeAttribute('aria-disabled');
    await shell.refresh();
    await look();
  }
  document.body.append(layer);
}

const write = async () => { const file = await post('/device/stick/export', {}, { timeoutMs: 600000 }); return `${file.name} is on the stick: ${count(file.records, 'record')}. It may be pulled out.`; };
const take = async () => { const taken = await post('/device/stick/receipt', {}, { timeoutMs: 120000 }); return taken.covers ? 'The receipt covers everything on this Pi: it may be cleared.' : 'The receipt was taken, and does not cover everything: something is left, or was made since.'; };

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
