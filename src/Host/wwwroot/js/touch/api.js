// The REST API, with the page's cookie and its antiforgery token. A host that does not answer is not an error of the person's:
// callers are told it apart (Away), so that what was tapped is kept.

import { has, said, t } from './texts.js';

const base = '/api/v1';
let token = document.querySelector('meta[name="csrf-token"]')?.content ?? '';

/** 'written' when the host has taken something that the cloud has yet to hear of; detail = the path. */
export const events = new EventTarget();

/** No answer from this Pi's own program: it restarts, is updated, or has stopped. */
export class Away extends Error {}

/** The host answered, and said no: problem+json. */
export class Refused extends Error {
  constructor(status, problem) {
    super(has(`error.${problem?.code}`) ? t(`error.${problem.code}`) : said(words(problem)) ?? t('answer', { status }));
    this.status = status;
    this.code = problem?.code ?? 'unknown';
    this.problem = problem ?? {};
  }
}

function words(problem) {
  if (!problem) return null;
  const first = Object.values(problem.errors ?? {}).flat()[0];
  return first ?? problem.detail ?? problem.title ?? null;
}

/** One call. The body is sent as JSON, bytes as the CSV file that they are, a piece of a file as the headers say. Answers {status, body}; throws Away or Refused. */
export async function call(method, path, body, { headers = {}, timeoutMs = 8000, again = true } = {}) {
  const piece = body instanceof Blob;
  const file = body instanceof ArrayBuffer || piece;
  let response;
  try {
    response = await fetch(base + path, {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        Accept: 'application/json',
        ...(body === undefined || piece ? {} : { 'Content-Type': file ? 'text/csv' : 'application/json' }),
        ...(method === 'GET' ? {} : { 'X-CSRF-TOKEN': token }),
        ...headers,
      },
      body: body === undefined || file ? body : JSON.stringify(body),
    });
  } catch (error) {
    throw new Away(error.message);
  }
  const type = response.headers.get('Content-Type') ?? '';
  const json = type.includes('json');
  let answer = null;
  try {
    answer = json ? await response.json() : type.includes('csv') ? await response.arrayBuffer() : null;
  } catch (error) {
    throw new Away(error.message); // cut off in the middle of the answer: nothing is known
  }
  if (response.ok && method !== 'GET' && !path.startsWith('/device')) events.dispatchEvent(new CustomEvent('written', { detail: path }));
  if (response.ok) return { status: response.status, body: answer, date: response.headers.get('Date') };
  // A host that came back may have signed this page out or know another antiforgery token: fetch a fresh one, once.
  if (again && (response.status === 401 || (method !== 'GET' && isTokenTrouble(response.status, answer))) && await renew()) {
    return call(method, path, body, { headers, timeoutMs, again: false });
  }
  if (response.status >= 502 && !json) throw new Away(`The answer was ${response.status}.`);
  throw new Refused(response.status, answer);
}

const isTokenTrouble = (status, problem) => (status === 400 || status === 403) && /antiforgery|csrf/i.test(`${problem?.code} ${problem?.title} ${problem?.detail}`);

async function renew() {
  try {
    const page = await fetch(location.pathname, { credentials: 'same-origin', cache: 'no-store', signal: AbortSignal.timeout(4000) });
    if (!page.ok) return false;
    const fresh = new DOMParser().parseFromString(await page.text(), 'text/html').querySelector('meta[name="csrf-token"]')?.content;
    if (!fresh) return false;
    token = fresh;
    return true;
  } catch {
    return false;
  }
}

export const get = async (path, options) => (await call('GET', path, undefined, options)).body;
export const post = async (path, body = {}, options) => (await call('POST', path, body, options)).body;

/** A JSON merge patch of the version that was seen. */
export const patch = async (path, revision, body) => (await call('PATCH', path, body, { headers: { 'If-Match': `"${revision}"` } })).body;

/** All of a list, page after page. */
export async function all(path, most = 2000) {
  const items = [];
  let cursor = null;
  do {
    const glue = path.includes('?') ? '&' : '?';
    const page = await get(`${path}${glue}limit=500${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
    items.push(...(page.items ?? page ?? []));
    cursor = page.next_cursor ?? null;
  } while (cursor && items.length < most);
  return items;
}

/** UUID version 7: made in order of time, as all that this software makes. */
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let ms = Date.now();
  for (let place = 5; place >= 0; place--) { bytes[place] = ms % 256; ms = Math.floor(ms / 256); }
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = [...bytes].map(b => b.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
