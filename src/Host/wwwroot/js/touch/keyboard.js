// The screen's keyboard: never the system's, and what is typed is always in sight above it. Keys, their pages and what a
// held key does are simple-keyboard's; which keys there are is said here, ten or eleven in a row: its ready-made layouts
// have fourteen, too narrow for a glove. A phone or tablet has a keyboard of its own, which its owner knows.

import Keyboard from '../../assets/simple-keyboard.js';
import { h, icon, key } from './dom.js';
import { language, t } from './texts.js';

// As the language's own keyboards have them, with the letters that it has beside the 26 where they are on those.
const near = {
  fr: ['1234567890ç', 'azertyuiopé', 'qsdfghjklmè', "wxcvbn'à"],
  de: ['1234567890ß', 'qwertzuiopü', 'asdfghjklöä', "yxcvbnm'"],
  it: ["1234567890'", 'qwertyuiopè', 'asdfghjklòà', 'zxcvbnmù'],
  es: ['1234567890', 'qwertyuiop', 'asdfghjklñ', 'zxcvbnm'],
}[language] ?? ['1234567890', 'qwertyuiop', "asdfghjkl'", 'zxcvbnm'];
// What else a name or a sentence may have.
const far = {
  fr: ['@()&+%#="*<', 'êëâäáãåôöóò', 'ûüùúîïíìñõø', 'œæßčšžłý'],
  de: ['@()&+%#="*<', 'éèêëàâáãåçñ', 'ôóòõøûúùíìî', 'ïæœčšžłý'],
  it: ['@()&+%#="*<', 'éìêëâäáãåçñ', 'öôóõøûúüíîï', 'ßæœčšžłý'],
  es: ['@()&+%#="*', 'áéíóúü¿¡çà', "èìòùâêîôä'", 'öåøßčšž'],
}[language] ?? ['@()&+%#="*', 'éèêëàâäáåí', 'öôóòøûúùüî', 'ïçñßčšž'];
// Addresses, codes and passwords know the 26 only, and a hyphen where the row has room.
const plain = near.map(row => row.replace(/[^a-z0-9]/g, ''));
plain[plain[2].length < 10 ? 2 : 3] += '-';
// What a password or an address may hold beside letters and digits, all of it: 27 here, and the rest in the last row.
const signs = ['1234567890', '!"#$%&\'()*', '+-/:;<=>?@', '[\\]^_{}'];

// One key each: in capitals the browser makes two letters of ß.
const upper = text => [...text].map(character => character === 'ß' ? 'ẞ' : character.toLocaleUpperCase('en')).join('');
const spaced = text => [...text].join(' ');
const carets = '{arrowleft} {arrowright}';

const ownKeyboard = () => document.documentElement.classList.contains('on-phone') || matchMedia('(max-width: 1199px)').matches;

/** What a field to be typed in needs: its caret is the browser's, and inputmode keeps the system's keyboard away. */
export const typedIn = (props = {}) => ({ inputmode: ownKeyboard() ? null : 'none', autocomplete: 'off', autocapitalize: 'off', autocorrect: 'off', spellcheck: 'false', ...props });

/** The pages of keys by the names that simple-keyboard knows them by: letters (near) and signs or accents (far), each as it is and in capitals. */
function pages(layout, hides) {
  const page = (rows, last, change = text => text) => {
    const [first, second, third, fourth] = rows.map(row => spaced(change(row)));
    return [first, second, third, layout === 'code' ? `${fourth} ${carets} {bksp}` : `{shift} ${fourth} {bksp}`, ...last];
  };
  if (layout === 'code') return { near: page(plain, [], upper) };
  const [letters, others, lastNear, lastFar] = {
    text: [near, far, `{far} , {space} . - ? ${carets}`, `{far} ; {space} : / ! ${carets}`],
    url: [plain, signs, `{far} https:// . .org .com .eu ${carets}`, `{far} , . ~ | \` .com ${carets}`],
    password: [plain, signs, `{far} , {space} ${hides ? '{eye} ' : ''}. @ ${carets}`, `{far} , {space} ${hides ? '{eye} ' : ''}. | ~ \``],
  }[layout];
  return { near: page(letters, [lastNear]), 'near-up': page(letters, [lastNear], upper), far: page(others, [lastFar]), 'far-up': page(others, [lastFar], upper) };
}

/**
 * The keys for a field; nothing to see where the device has its own keyboard. layout: 'text', 'url', 'code' (digits and capitals) or
 * 'password'. hide: called with whether what is typed is to be hidden. The element's close() must be called when it goes,
 * its aim(field) when another field of the same kind is typed in. The field hears 'input', as from any keyboard.
 */
export function board(layout, field, hide = null) {
  if (ownKeyboard()) {
    const none = Object.assign(h('div', { hidden: true }), { close() { none.remove(); }, aim(to) { to.focus(); } });
    field.focus();
    return none;
  }

  const root = h('div', { class: 'board', role: 'group', 'aria-label': t('kb.label') });
  const layouts = pages(layout, hide !== null);
  const all = [...new Set(Object.values(layouts).flat().flatMap(row => row.split(' ')))].join(' ');
  let shifted = false;
  let onFar = false;
  let hidden = false;

  const label = (short, long) => `${short}<span class="sr">${long}</span>`;
  const shape = name => icon(name, 's36').outerHTML;
  const look = () => ({
    layoutName: `${onFar ? 'far' : 'near'}${shifted ? '-up' : ''}`,
    // The library writes these as markup: they are our own words and signs, never what a person wrote.
    display: {
      '&': '&amp;', '<': '&lt;', '>': '&gt;', '-': layout === 'text' ? '–' : '-',
      '{space}': t('kb.space'), '{shift}': shape('shift'), '{bksp}': shape('back'), '{arrowleft}': shape('left'), '{arrowright}': shape('right'),
      '{eye}': t(hidden ? 'kb.show' : 'kb.hide'),
      '{far}': onFar ? label('a b c', t('kb.letters')) : layout === 'text' ? label('é ( ) @', t('kb.accents')) : label('# + =', t('kb.signs')),
    },
    buttonTheme: [
      { class: 'key', buttons: all }, { class: 'digit', buttons: spaced('1234567890') },
      { class: 'fn', buttons: '{shift} {bksp} {far} {arrowleft} {arrowright} {eye}' }, { class: 'word', buttons: '{far} {space} {eye} https:// .org .com .eu' },
      { class: 'w3', buttons: `{shift} ${layout === 'code' ? '' : '{bksp} '}{far} {eye} .com` }, { class: 'w4', buttons: hide ? 'https:// {space}' : 'https://' },
      ...(hide ? [] : [{ class: layout === 'text' ? 'w5' : 'w7', buttons: '{space}' }]),
      ...(onFar ? [{ class: 'down', buttons: '{far}' }] : []),
    ],
    buttonAttributes: [
      { attribute: 'type', value: 'button', buttons: all },
      { attribute: 'aria-label', value: t('kb.shift'), buttons: '{shift}' }, { attribute: 'aria-pressed', value: shifted ? 'true' : 'false', buttons: '{shift}' },
      { attribute: 'aria-label', value: t('kb.delete'), buttons: '{bksp}' },
      { attribute: 'aria-label', value: t('kb.left'), buttons: '{arrowleft}' }, { attribute: 'aria-label', value: t('kb.right'), buttons: '{arrowright}' },
    ],
  });

  /** The keys anew. The one under the finger is another element then, and must look pressed all the same. */
  function draw(pressed = null) {
    const place = pressed && [...root.querySelectorAll('.key')].findIndex(key => key.getAttribute('data-skbtn') === pressed);
    keys.setOptions(look());
    if (pressed) root.querySelectorAll('.key')[place]?.classList.add('hg-activeButton');
  }

  function press(button) {
    // Deleting and moving go on while the key is held; a letter does not: a glove rests long on a key.
    keys.options.disableButtonHold = !['{bksp}', '{arrowleft}', '{arrowright}'].includes(button);
    keys.clearInput(); // the text is the field's, the library need not keep it
    const before = shifted;
    if (button === '{bksp}') back();
    else if (button === '{arrowleft}') step(-1);
    else if (button === '{arrowright}') step(1);
    else if (button === '{shift}') shifted = !shifted;
    else if (button === '{far}') onFar = !onFar;
    else if (button === '{eye}') hide(hidden = !hidden);
    else { shifted = false; put(button === '{space}' ? ' ' : button, field.selectionStart, field.selectionEnd); }
    if (!shifted && asksCapital() && !button.startsWith('{')) shifted = true;
    if (button === '{bksp}' && field.value === '' && layout === 'text') shifted = true;
    if (shifted !== before || button === '{far}' || button === '{eye}') draw(button);
    inSight();
  }

  /** A sentence or a name begins with a capital. */
  function asksCapital() {
    const left = field.value.slice(0, field.selectionStart);
    return layout === 'text' && (left === '' || /[.!?] $/.test(left));
  }

  function put(text, from, to) {
    if (field.maxLength >= 0 && field.value.length - (to - from) + text.length > field.maxLength) return;
    field.setRangeText(text, from, to, 'end');
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }

  function back() {
    const [from, to] = [field.selectionStart, field.selectionEnd];
    put('', from < to ? from : from - ([...field.value.slice(0, from)].at(-1)?.length ?? 0), to);
  }

  function step(by) {
    const at = by < 0 ? field.selectionStart : field.selectionEnd;
    const over = by < 0 ? [...field.value.slice(0, at)].at(-1) : [...field.value.slice(at)][0];
    field.setSelectionRange(at + by * (over?.length ?? 0), at + by * (over?.length ?? 0));
  }

  /** The browser brings the caret into sight by itself only when keys of its own type. */
  function inSight() {
    field.blur();
    field.focus();
  }

  const keys = new Keyboard(root, { theme: layout === 'text' && near[1].length > 10 ? 'eleven' : 'ten', layout: layouts, ...look(), useButtonTag: true, disableCaretPositioning: true, disableRowButtonContainers: true, preventMouseDownDefault: true, onKeyPress: press });
  // A press without a finger: Enter on a key that has the focus, or a reader of screens.
  root.addEventListener('click', event => { const button = event.target.closest('.key'); if (button && event.detail === 0) keys.handleButtonClicked(button.getAttribute('data-skbtn')); });
  // A touch that the browser takes away ends like one that is lifted, also where the key is another element by then.
  const release = event => keys.handleButtonMouseUp(undefined, event);
  document.addEventListener('pointercancel', release);
  root.close = () => { document.removeEventListener('pointercancel', release); keys.destroy(); root.remove(); };
  root.aim = to => {
    field = to;
    inSight();
    if (shifted !== asksCapital()) { shifted = asksCapital(); draw(); }
  };
  root.aim(field);
  return root;
}

/**
 * Asks for a text over the whole body. Answers what was typed (trimmed), or null where it was discarded.
 * head: nodes for the line above the text. layout: 'text', or 'password', whose text is taken to the letter.
 * secret: what is typed can be hidden from who looks over the shoulder.
 */
export function ask({ head = [], value = '', ghost = '', most = 4000, layout = 'text', secret = false, save = t('kb.save'), discard = t('kb.discard'), unsaved = t('kb.unsaved') }) {
  return new Promise(resolve => {
    const before = document.activeElement;
    const state = h('span', { class: 'end unsaved' }, icon('alert', 's24'), unsaved);
    const props = typedIn({ class: 'text', maxlength: most, placeholder: ghost, 'aria-labelledby': 'asked', enterkeyhint: 'done', oninput: show });
    const box = secret ? h('input', { ...props, type: 'text' }) : h('textarea', props);
    box.value = value;
    const said = () => layout === 'password' ? box.value : box.value.trim();
    const hide = hidden => { const [from, to] = [box.selectionStart, box.selectionEnd]; box.type = hidden ? 'password' : 'text'; box.setSelectionRange(from, to); };
    const close = answer => { layer.remove(); keys.close(); document.removeEventListener('keydown', typed); before?.focus(); resolve(answer); };
    const layer = h('div', { class: 'layer type', role: 'dialog', 'aria-modal': 'true', 'aria-label': save },
      h('section', { class: 'write' },
        h('div', { class: 'paper' }, h('p', {}, h('span', { class: 'cut', id: 'asked' }, head), state), box),
        h('div', { class: 'acts' },
          key(icon('check', 's36'), { class: 'go', onclick: () => close(said()) }, save),
          key(discard, { onclick: () => close(null) }))));

    function show() { state.hidden = box.value === value; }

    // A real keyboard, where one is plugged in, types into the field by itself.
    function typed(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      if (event.key === 'Escape') close(null);
      else if (event.key === 'Enter' && !event.target.closest?.('.key')) close(said());
      else { if ([...event.key].length === 1 || event.key === 'Backspace') box.focus(); return; }
      event.preventDefault();
    }

    document.addEventListener('keydown', typed);
    document.body.append(layer);
    box.setSelectionRange(box.value.length, box.value.length);
    const keys = board(layout, box, secret ? hide : null);
    layer.append(keys);
    show();
  });
}
