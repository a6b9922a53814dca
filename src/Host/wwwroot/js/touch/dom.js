// Small tools for building pages. Text only ever becomes a text node: what a person wrote can never be markup.

import { language, t } from './texts.js';

const svgSpace = 'http://www.w3.org/2000/svg';

/** An element: h('button', {class: 'key', onclick}, 'Save', icon('check')). Null and false children are left out. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'class') element.className = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  put(element, children);
  return element;
}

function put(element, children) {
  for (const child of children) {
    if (Array.isArray(child)) put(element, child);
    else if (child !== null && child !== undefined && child !== false) element.append(child);
  }
}

/** The same element with other children. */
export function fill(element, ...children) {
  element.replaceChildren();
  put(element, children);
  return element;
}

/** An SVG element. */
export function s(tag, props = {}, ...children) {
  const element = document.createElementNS(svgSpace, tag);
  for (const [name, value] of Object.entries(props)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** An icon of the page's sprite. */
export const icon = (name, size = 's28') => s('svg', { class: size, 'aria-hidden': 'true' }, s('use', { href: `#i-${name}` }));

/** A key. */
export const key = (label, props = {}, ...children) => h('button', { type: 'button', ...props, class: `key ${props.class ?? ''}`.trim() }, label, ...children);

/** What the server gave the page: the JSON in <script type="application/json" id="data">. */
export function pageData() {
  const element = document.getElementById('data');
  return element ? JSON.parse(element.textContent) : {};
}

/** A bar with a scale under it, as long as the share that is done. */
export function meter(done, total, { finished = false, width = 568 } = {}) {
  const share = total > 0 ? Math.min(1, done / total) : finished ? 1 : 0;
  const ticks = [];
  for (let tick = 0; tick <= 20; tick++) ticks.push(`M${(3 + (width - 6) * tick / 20).toFixed(1)} 22v${tick % 5 === 0 ? 11 : 5}`);
  return s('svg', { class: 'meter', viewBox: `0 0 ${width} 34`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    s('rect', { class: 'frame', x: 2, y: 2, width: width - 4, height: 17, rx: 4 }),
    s('rect', { class: finished ? 'fill done' : 'fill', x: 3, y: 3, width: ((width - 6) * share).toFixed(1), height: 15, rx: 3 }),
    s('path', { class: 'ticks', d: ticks.join('') }));
}

/** "43 %"; 100 only when all of it has gone. */
export const percent = share => `${Math.floor(share * 100)} %`;

/** A figure with so many decimals, as the language writes it. */
export const figure = (number, decimals = 0) => number.toLocaleString(language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });

/** "84 kB", "1.2 MB". */
export const size = bytes => bytes < 1e6 ? t('size.kb', { n: Math.ceil(bytes / 1e3) }) : t('size.mb', { n: figure(bytes / 1e6, 1) });
