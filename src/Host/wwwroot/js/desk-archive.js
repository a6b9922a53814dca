// A device's archive on its way in. The file goes as it is; the answer is the receipt that the device takes back, so it is
// offered as a file at once.

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
const count = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;
const words = { created: 'new', updated: 'changed', merged: 'joined another', already_synced: 'here already', conflict: 'in review', deferred: 'wait for what they refer to', rejected: 'in quarantine' };

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
  if (held > 0) sums.append(el('div', {}, el('b', {}, String(held)), el('span', {}, held === 1 ? 'clip' : 'clips')));
  const verdict = whole ? 'All that is on the Pi is here: with this receipt it may be cleared.'
    : left > 0 ? `${count(left, 'record or clip', 'records and clips')} of the Pi ${left === 1 ? 'is' : 'are'} not here as ${left === 1 ? 'it is' : 'they are'} there: it may not be cleared by this receipt.`
      : receipt.complete ? 'A journal tells what was written, not all that is on the Pi: it may not be cleared by this receipt.' : 'The last record of the journal was torn off; all before it was taken.';
  const name = `modularrace-receipt-${(receipt.device_name ?? receipt.device_uuid).replace(/[^A-Za-z0-9]+/g, '-').slice(0, 40)}-${receipt.imported_at.replace(/[^0-9]/g, '').slice(0, 14)}.mrr`;
  const bad = [...receipt.results, ...clips.map(c => ({ ...c, type: 'clip of report', client_uuid: c.report_uuid }))].filter(r => r.error).slice(0, 50);
  outcome.replaceChildren(
    el('h2', {}, `${count(receipt.results.length, 'record')} of ${receipt.device_name ?? 'a device'}`), sums, el('p', { class: `alert in ${whole ? 'good' : ''}`, role: 'status' }, verdict),
    el('p', {}, el('a', { class: 'btn go', download: name, href: URL.createObjectURL(new Blob([text], { type: 'application/json' })) }, 'Receipt for the stick'), ` Put it on the stick; the Pi takes it under End of day.`),
    ...(bad.length > 0 ? [el('ul', { class: 'lines' }, ...bad.map(r => el('li', {}, el('b', {}, `${r.type ?? 'record'} ${r.client_uuid ?? ''}: `), r.error.message)))] : []));
};

form.addEventListener('submit', async event => {
  event.preventDefault();
  if (file.files.length === 0 || go.disabled) return;
  go.disabled = true;
  go.textContent = 'Taking it in…';
  outcome.replaceChildren();
  try {
    const answer = await fetch(form.dataset.archive, {
      method: 'POST', credentials: 'same-origin', body: file.files[0],
      headers: { 'Content-Type': 'application/octet-stream', 'X-CSRF-TOKEN': document.querySelector('meta[name="csrf-token"]').content },
    });
    const text = await answer.text();
    if (answer.ok) show(JSON.parse(text), text);
    else outcome.replaceChildren(el('p', { class: 'alert in bad', role: 'alert' }, JSON.parse(text).title ?? 'The file was refused.'));
  } catch {
    outcome.replaceChildren(el('p', { class: 'alert in bad', role: 'alert' }, 'No answer. Taking it in again is safe: the same file twice changes nothing.'));
  }
  go.disabled = false;
  go.textContent = 'Take it in';
});
