// The screen's own keyboard: never the system's, and what is typed is always in sight above it.

import { fill, h, icon, key } from './dom.js';
import { language, t } from './texts.js';

// As the language's own keyboards have them; ten in a row, so that a key is wide enough for a glove.
const letters = { fr: ['azertyuiop', 'qsdfghjklm', "wxcvbn'"], de: ['qwertzuiop', "asdfghjkl'", 'yxcvbnm'] }[language] ?? ['qwertyuiop', "asdfghjkl'", 'zxcvbnm'];
const accents = {
  fr: ['éèêëàâäáçù', 'ôöîïûüœæóò', 'ñßãåíúì'], de: ['äöüßéèêàâá', 'ôóòõøûúùãå', 'çñëæœïî'], it: ['àèéìòùáâäê', 'öôóõøüûúëç', 'ñßæœïîã'], es: ['áéíóúñüçàè', 'ìòùâêîôûäö', 'ßæœïëãå'],
}[language] ?? ['éèêëàâäáãå', 'öôóòõøüûúù', 'çñßæœïî'];
const digits = '1234567890';
// What a password may hold beside letters and digits, all of it: 27 here, and five in the last row.
const signs = ['!"#$%&\'()*', '+-/:;<=>?@', '[\\]^_{}'];

/** The rows of keys. layout: 'text', 'url', 'code' or 'password'; type is called with each character, 'back' is called to delete. */
export function board(layout, { type, back }) {
  const root = h('section', { class: 'board', 'aria-label': t('kb.label') });
  let shifted = layout === 'text';
  let foreign = false;

  const cap = (text, say, className = '') => key(say ?? text, { class: className, onpointerdown: event => { event.preventDefault(); press(text); }, onclick: event => { if (event.detail === 0) press(text); } });
  const control = (content, label, act, className) => key(content, { class: `fn ${className}`, 'aria-label': label, onpointerdown: event => { event.preventDefault(); act(); }, onclick: event => { if (event.detail === 0) act(); } });

  function press(text) {
    type(text);
    if (shifted && layout !== 'url' && layout !== 'code') { shifted = false; draw(); }
  }

  function draw() {
    const rows = !foreign ? letters : layout === 'password' ? signs : accents;
    const show = character => shifted || layout === 'code' ? character.toLocaleUpperCase('en') : character;
    const cast = character => { const shown = show(character); return cap(shown, shown); };
    const shift = key(icon('shift', 's36'), { class: 'fn w3', 'aria-label': t('kb.shift'), 'aria-pressed': shifted ? 'true' : 'false', onpointerdown: event => { event.preventDefault(); shifted = !shifted; draw(); } });
    const erase = control(icon('back', 's36'), t('kb.delete'), back, 'w3');
    const written = layout === 'text' || layout === 'password';
    // Addresses and codes need every letter of the language's rows, and a hyphen where these have an apostrophe.
    const castRow = row => [...row].map(character => cast(written || character !== "'" ? character : '-'));
    const last = layout === 'password'
      ? [control([h('span', {}, foreign ? 'a b c' : '# + ='), h('span', { class: 'sr' }, t(foreign ? 'kb.letters' : 'kb.signs'))], null, () => { foreign = !foreign; draw(); }, `word w3 ${foreign ? 'down' : ''}`), cap(','), cap(' ', t('kb.space'), 'word w7'), cap('.'), cap('|'), cap('~'), cap('`')]
      : layout === 'text'
      ? [control([h('span', {}, 'é à ü'), h('span', { class: 'sr' }, t('kb.accents'))], null, () => { foreign = !foreign; draw(); }, `word w3 ${foreign ? 'down' : ''}`), cap(','), cap(' ', t('kb.space'), 'word w7'), cap('.'), cap('-', '–'), cap('?'), cap('/')]
      : layout === 'url'
        ? [cap('https://', 'https://', 'word w4'), cap('.'), cap('/'), cap(':'), cap('_'), cap('.org', '.org', 'word w3'), cap('.com', '.com', 'word w3'), cap('.eu', '.eu', 'word')]
        : [];
    fill(root,
      h('div', {}, [...digits].map(digit => cap(digit, digit, 'digit'))),
      h('div', {}, [...rows[0]].map(cast)),
      h('div', {}, castRow(rows[1])),
      h('div', {}, written ? shift : h('span', { class: 'w3' }), castRow(rows[2]), erase),
      h('div', {}, last));
  }

  draw();
  root.shiftOn = () => { if (!shifted && layout === 'text') { shifted = true; draw(); } };
  return root;
}

/** A text with the caret at its end. */
export function paperText(output, text, ghost = '') {
  fill(output, h('span', {}, text === '' && ghost ? [h('span', { class: 'caret' }), h('span', { class: 'ghost' }, ghost)] : [text, h('span', { class: 'caret' })]));
  output.classList.toggle('short', text.length < 60);
}

/**
 * Asks for a text over the whole body. Answers what was typed (trimmed), or null where it was discarded.
 * head: nodes for the line above the text. layout: 'text', or 'password', whose text is taken to the letter.
 */
export function ask({ head = [], value = '', ghost = '', most = 4000, layout = 'text', save = t('kb.save'), discard = t('kb.discard'), unsaved = t('kb.unsaved') }) {
  return new Promise(resolve => {
    let text = value;
    const before = document.activeElement;
    const output = h('output', { tabindex: -1 });
    const state = h('span', { class: 'end unsaved' }, icon('alert', 's24'), unsaved);
    const said = () => layout === 'password' ? text : text.trim();
    const keys = board(layout, { type: character => { if (text.length + character.length <= most) text += character; show(); }, back: () => { text = [...text].slice(0, -1).join(''); show(); } });
    const close = answer => { layer.remove(); document.removeEventListener('keydown', typed); before?.focus(); resolve(answer); };
    const layer = h('div', { class: 'layer type', role: 'dialog', 'aria-modal': 'true', 'aria-label': save },
      h('section', { class: 'write' },
        h('div', { class: 'paper' }, h('p', {}, h('span', { class: 'cut' }, head), state), output),
        h('div', { class: 'acts' },
          key(icon('check', 's36'), { class: 'go', onclick: () => close(said()) }, save),
          key(discard, { onclick: () => close(null) }))),
      keys);
    function show() {
      paperText(output, text, ghost);
      state.hidden = text === value;
      if (text === '' || /[.!?] $/.test(text)) keys.shiftOn();
    }
    // A real keyboard, where one is plugged in, works as well.
    function typed(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'Escape') close(null);
      else if (event.key === 'Enter') close(said());
      else if (event.key === 'Backspace') { text = [...text].slice(0, -1).join(''); show(); }
      else if ([...event.key].length === 1) { if (text.length < most) text += event.key; show(); }
      else return;
      event.preventDefault();
    }
    document.addEventListener('keydown', typed);
    show();
    document.body.append(layer);
    // A space would work the key that was touched last, now under this layer, if that kept the focus.
    output.focus();
  });
}
