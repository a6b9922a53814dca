// A device's archive on its way in. The file goes as it is; the answer is the receipt that the device takes back, so it is
// offered as a file at once.

import { say } from './words.js';

const form = document.querySelector('form[data-archive]');
const file = form.querySelector('input[type="file"]');
const outcome = form.querySelector('[data-outcome]');
const go = form.querySelector('[data-archive-go]');

const el = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};
const words = {
  created: say('new||records'), updated: say('changed||records'), merged: say('joined another'), already_synced: say('here already'), conflict: say('in review||records'),
  deferred: say('wait for what they refer to'), rejected: say('in quarantine'),
};
const kinds = {
  competition: say('competition||a record'), race: say('race||a record'), race_location: say('race_location||a record'), athlete: say('athlete||a record'), bib_assignment: say('bib_assignment||a record'),
  penalty: say('penalty||a record'), phrase: say('phrase||a record'), incident: say('incident||a record'), report: say('report||a record'), grouping: say('grouping||a record'),
  history_entry: say('history_entry||a record'), clip: say('clip of report'),
};
// Why the cloud refuses a file or a record, as it says it, where that has no values in it.
const reasons = [
  'This file is empty.', 'This is no archive of a ModularRace device.', 'Its header is damaged.', "Its header was changed: the device's signature does not hold.",
  'This file was encrypted for another cloud.', 'It was encrypted for somebody else.', 'This file is of a device that is not paired here.',
  'This file is of a device that was revoked. Pair it anew first, if it is in good hands.', 'This file was signed with a key that this cloud does not know of the device.',
  'It is put together from files of two devices.', 'It ends in the middle: copy it again from the device. What stands before was taken.', 'Its end does not fit what it holds.',
  'It holds something that this version does not know.', 'A frame is empty.', 'A frame does not hold what it says.', 'A frame is larger than any device writes.', 'A frame is not packed as devices pack.',
  'It cannot be taken.', 'It refers to something that is not here yet.', 'This competition was not granted to the device.',
  'The competition is over and names were erased here. What is said of it now waits for a person.', 'It refers to a record that is in quarantine, and follows when that is accepted.',
  'This device may not change official status or decisions.', 'The cloud could not take this record. Its makers have been told.', 'It is not an object.', 'It is not valid text.',
  'This type of record is not known.', 'It is a UUID, and not the nil one.', 'It is a whole number from 1.', 'It is no revision of ours.', 'It is an object.',
  'It is nested too deeply, or a name stands in it twice.', 'It holds text that is not valid Unicode.', 'It holds a name that is not valid text.',
  'It holds a control character or is not valid Unicode.', 'It is not valid Unicode.', 'It is a number that is too large.', 'It is required.', 'It must not be empty.',
];
const reason = text => reasons.includes(text) ? say(text) : text;

const show = (receipt, text) => {
  const sums = el('div', { class: 'sums' });
  for (const [status, word] of Object.entries(words)) {
    const n = receipt.results.filter(r => r.status === status).length;
    if (n > 0) sums.append(el('div', {}, el('b', {}, String(n)), el('span', {}, word)));
  }
  const whole = receipt.receipts.length > 0;
  const left = receipt.missing.length + receipt.different.length;
  const clips = receipt.clips ?? [];
  const held = clips.filter(c => !c.error).length;
  if (held > 0) sums.append(el('div', {}, el('b', {}, String(held)), el('span', {}, say(held === 1 ? 'clip' : 'clips'))));
  const verdict = whole ? say('All that is on the Pi is here: with this receipt it may be cleared.')
    : left === 1 ? say('1 record or clip of the Pi is not here as it is there: it may not be cleared by this receipt.')
      : left > 0 ? say('{0} records and clips of the Pi are not here as they are there: it may not be cleared by this receipt.', left)
        : say(receipt.complete ? 'A journal tells what was written, not all that is on the Pi: it may not be cleared by this receipt.' : 'The last record of the journal was torn off; all before it was taken.');
  const device = receipt.device_name ?? say('a device');
  const name = `modularrace-receipt-${(receipt.device_name ?? receipt.device_uuid).replace(/[^A-Za-z0-9]+/g, '-').slice(0, 40)}-${receipt.imported_at.replace(/[^0-9]/g, '').slice(0, 14)}.mrr`;
  const bad = [...receipt.results, ...clips.map(c => ({ ...c, type: 'clip', client_uuid: c.report_uuid }))].filter(r => r.error).slice(0, 50);
  outcome.replaceChildren(
    el('h2', {}, receipt.results.length === 1 ? say('1 record of {0}', device) : say('{0} records of {1}', receipt.results.length, device)), sums, el('p', { class: `alert in ${whole ? 'good' : ''}`, role: 'status' }, verdict),
    el('p', {}, el('a', { class: 'btn go', download: name, href: URL.createObjectURL(new Blob([text], { type: 'application/json' })) }, say('Receipt for the stick')), ' ', say('Put it on the stick; the Pi takes it under End of day.')),
    ...(bad.length > 0 ? [el('ul', { class: 'lines' }, ...bad.map(r => el('li', {}, el('b', {}, `${kinds[r.type] ?? r.type ?? say('record')} ${r.client_uuid ?? ''}: `), reason(r.error.message))))] : []));
};

form.addEventListener('submit', async event => {
  event.preventDefault();
  if (file.files.length === 0 || go.disabled) return;
  go.disabled = true;
  go.textContent = say('Taking it in…');
  outcome.replaceChildren();
  try {
    const answer = await fetch(form.dataset.archive, {
      method: 'POST', credentials: 'same-origin', body: file.files[0],
      headers: { 'Content-Type': 'application/octet-stream', 'X-CSRF-TOKEN': document.querySelector('meta[name="csrf-token"]').content },
    });
    const text = await answer.text();
    if (answer.ok) show(JSON.parse(text), text);
    else {
      const { title } = JSON.parse(text);
      outcome.replaceChildren(el('p', { class: 'alert in bad', role: 'alert' }, reason(title) ?? say('The file was refused.')));
    }
  } catch {
    outcome.replaceChildren(el('p', { class: 'alert in bad', role: 'alert' }, say('No answer. Taking it in again is safe: the same file twice changes nothing.')));
  }
  go.disabled = false;
  go.textContent = say('Take it in');
});
