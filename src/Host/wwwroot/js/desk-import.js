// A start list or a catalogue on its way in: the file is read here, tried with ?preview=true, and stored only when a person
// has seen what would change. The bytes go as they are, so that another encoding than UTF-8 is told, not guessed.

import { say } from './words.js';

// "first" is the mode where there is nothing yet to keep: a catalogue then takes its order from the file.
const kinds = {
  bibs: {
    method: 'POST', first: 'merge',
    sums: [['created', say('new bibs')], ['updated', say('changed||bibs')], ['unchanged', say('as they are||bibs')], ['removed', say('removed||bibs')], ['athletes_created', say('new athletes')]],
    imports: n => n === 1 ? say('Import 1 bib') : say('Import {0} bibs', n), removes: n => n === 1 ? say('Remove 1 bib') : say('Remove {0} bibs', n),
  },
  penalties: {
    method: 'PUT', first: 'replace',
    sums: [['created', say('new||penalties')], ['updated', say('changed||penalties')], ['unchanged', say('as they are||penalties')], ['removed', say('removed||penalties')]],
    imports: n => n === 1 ? say('Import 1 penalty') : say('Import {0} penalties', n), removes: n => n === 1 ? say('Remove 1 penalty') : say('Remove {0} penalties', n),
  },
  phrases: {
    method: 'PUT', first: 'replace',
    sums: [['created', say('new||phrases')], ['updated', say('changed||phrases')], ['unchanged', say('as they are||phrases')], ['removed', say('removed||phrases')]],
    imports: n => n === 1 ? say('Import 1 phrase') : say('Import {0} phrases', n), removes: n => n === 1 ? say('Remove 1 phrase') : say('Remove {0} phrases', n),
  },
};

const form = document.querySelector('form[data-import]');
if (form) {
  const file = form.querySelector('input[type="file"]');
  const outcome = form.querySelector('[data-outcome]');
  const go = form.querySelector('[data-import-go]');
  const hint = form.querySelector('[data-import-hint]');
  const drop = form.querySelector('[data-drop]');
  const kind = kinds[form.dataset.of ?? 'bibs'];
  let turn = 0;
  let seen = null; // the tag of what the preview was made against: a catalogue that moved on meanwhile is shown anew

  const mode = () => form.querySelector('input[name="mode"]:checked')?.value ?? kind.first;
  const ask = (bytes, preview) => fetch(`${form.dataset.import}?mode=${mode()}&preview=${preview}`, {
    method: kind.method,
    credentials: 'same-origin',
    headers: {
      'Content-Type': 'text/csv; charset=utf-8', 'X-CSRF-TOKEN': document.querySelector('meta[name="csrf-token"]').content,
      ...(seen && !preview ? { 'If-Match': seen } : {}),
    },
    body: bytes,
  });
  const el = (name, attributes = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };

  const preview = async () => {
    const chosen = file.files[0];
    const mine = ++turn;
    go.disabled = true;
    go.textContent = say('Import');
    outcome.replaceChildren();
    if (!chosen) return;
    outcome.append(el('p', { class: 'soft' }, say('Reading {0}…', chosen.name)));
    let answer, told;
    try {
      const bytes = await chosen.arrayBuffer();
      answer = await ask(bytes, true);
      told = await answer.json();
      if (mine !== turn) return;
      seen = answer.headers.get('ETag');
      if (!answer.ok) return refused(told, new TextDecoder('utf-8').decode(bytes));
    } catch {
      if (mine === turn) outcome.replaceChildren(el('p', { class: 'alert in bad', role: 'alert' }, say('The file could not be tried: no answer. Choose it again.')));
      return;
    }
    const changes = told.created + told.updated + told.removed;
    outcome.replaceChildren(
      el('p', {}, ...about(chosen.name, changes === 0 ? say('{0} would change nothing: all of it is here already.', '{0}') : say('{0} would make these changes:', '{0}'))),
      sums(told), ...lines(told.changes ?? []));
    go.disabled = changes === 0;
    go.textContent = changes === 0 ? say('Nothing to import') : told.removed === changes ? kind.removes(changes) : kind.imports(changes);
    hint.hidden = true;
  };

  // The file's name stands out where the sentence has it.
  const about = (name, sentence) => sentence.split('{0}').flatMap((part, i) => i === 0 ? [part] : [el('b', {}, name), part]);

  const sums = told => {
    const box = el('div', { class: 'sums' });
    for (const [key, words] of kind.sums)
      box.append(el('div', {}, el('b', {}, String(told[key] ?? 0)), el('span', {}, words)));
    return box;
  };

  // Each line that would not stay as it is, with what is different.
  const words = { created: say('New||a line of a list'), updated: say('Changed||a line of a list'), removed: say('Removed||a line of a list') };
  const fields = { code: say('code'), text: say('phrase'), name: say('meaning'), discipline: say('discipline'), language: say('language'), position: say('order') };
  const disciplines = {
    individual: say('individual||a race'), team: say('team||a race'), sprint: say('sprint||a race'), vertical: say('vertical||a race'), mixed_relay: say('mixed relay||a race'), other: say('other||a race'),
  };
  const lines = changes => {
    if (changes.length === 0) return [];
    const list = el('ul', { class: 'would' });
    for (const { change, before, after } of changes.slice(0, 200)) {
      const is = after ?? before;
      const item = el('li', { class: change }, el('b', {}, words[change]), ' ', el('strong', {}, is.code ?? is.text), is.code && is.name ? ` ${is.name}` : '');
      const scope = [disciplines[is.discipline] ?? is.discipline?.replace('_', ' '), is.language].filter(Boolean).join(', ');
      if (scope) item.append(el('span', { class: 'soft' }, ` (${scope})`));
      if (change === 'updated') {
        const other = Object.keys(fields).filter(f => (before[f] ?? null) !== (after[f] ?? null));
        item.append(el('small', {}, other.map(f => say('{0}: {1} → {2}', fields[f], before[f] ?? say('none||of a field'), after[f] ?? say('none||of a field'))).join('; ')));
      }
      list.append(item);
    }
    return changes.length > 200 ? [list, el('p', { class: 'hint' }, say('And {0} more.', changes.length - 200))] : [list];
  };

  const refused = (problem, text) => {
    const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
    const list = el('ul', { class: 'lines' });
    const errors = Object.entries(problem.errors ?? {});
    for (const [where, messages] of errors.slice(0, 200)) {
      const number = Number(/\d+/.exec(where)?.[0]);
      const item = el('li', {}, el('b', {}, number ? `${say('Line {0}:', number)} ` : ''), [messages].flat().join(' '));
      if (number && lines[number - 1] !== undefined) item.append(el('code', {}, lines[number - 1].slice(0, 300)));
      list.append(item);
    }
    const title = problem.code === 'in_use' || errors.length === 0 ? problem.title : errors.length === 1 ? say('Nothing was imported: 1 thing to mend in the file.') : say('Nothing was imported: {0} things to mend in the file.', errors.length);
    outcome.replaceChildren(el('p', { class: 'alert in bad', role: 'alert' }, title ?? say('The file was refused.')));
    if (errors.length > 0) outcome.append(list);
    hint.hidden = false;
  };

  file.addEventListener('change', preview);
  form.querySelectorAll('input[name="mode"]').forEach(m => m.addEventListener('change', preview));
  for (const kind of ['dragenter', 'dragover']) drop.addEventListener(kind, e => { e.preventDefault(); drop.classList.add('over'); });
  for (const kind of ['dragleave', 'drop']) drop.addEventListener(kind, e => { e.preventDefault(); drop.classList.remove('over'); });
  drop.addEventListener('drop', e => {
    if (e.dataTransfer.files.length === 0) return;
    file.files = e.dataTransfer.files;
    preview();
  });
  form.addEventListener('submit', async e => {
    e.preventDefault();
    const chosen = file.files[0];
    if (!chosen || go.disabled) return;
    go.disabled = true;
    go.textContent = say('Importing…');
    try {
      const bytes = await chosen.arrayBuffer();
      const answer = await ask(bytes, false);
      const told = await answer.json();
      if (answer.status === 412) {
        await preview();
        return outcome.prepend(el('p', { class: 'alert in', role: 'alert' }, say('Somebody changed the list meanwhile. This is what the file would change now.')));
      }
      if (!answer.ok) {
        go.textContent = say('Import');
        return refused(told, new TextDecoder('utf-8').decode(bytes));
      }
      location.hash = '';
      location.reload();
    } catch {
      go.disabled = false;
      go.textContent = say('Import again');
      outcome.prepend(el('p', { class: 'alert in bad', role: 'alert' }, say('No answer. Importing again is safe: the same file twice changes nothing.')));
    }
  });

  // Chosen while the page was still loading, or kept by a browser that went back.
  if (file.files.length > 0) preview();
}
