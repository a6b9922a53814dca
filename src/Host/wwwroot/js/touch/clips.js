// A report's clip, from the camera or a file to this Pi, by tus: in pieces, so that what came over a venue's Wi-Fi is not sent
// twice. Announced again it goes on where it stopped, whoever broke off. The cloud gets it from the Pi.

import { Away, Refused, call, post } from './api.js';
import * as camera from './camera.js';
import { h, icon, key, percent } from './dom.js';
import * as shell from './shell.js';
import { t } from './texts.js';

const piece = 512 * 1024;
const patience = 8;
const filmMs = 45000; // five seconds after the tap, a camera's longest piece, and the cutting
const under = new Map(); // report_uuid -> {share} while its clip goes, {films} while the camera's is made, {done} once it is here

/** 'clip' with detail = the report's UUID, whenever its clip has come further. */
export const events = new EventTarget();

/** What is known here of a report's clip: {share} on its way, {films: true} the camera's is being made, {done: true} here; null: nothing. */
export const of = report => under.get(report) ?? null;

/**
 * The key that takes one: what the location's camera saw, while it has that, else one that is chosen. Shown as how far it is
 * while it goes. tap: {location, agoMs}.
 */
export function clipKey(report, tap, props = {}) {
  const at = of(report);
  if (at?.films) return key(icon('wait', 's28'), { ...props, class: `${props.class ?? ''} shut`.trim(), 'aria-disabled': 'true' }, t('camera.taking'));
  if (at?.share !== undefined) return key(icon('clip', 's28'), { ...props, class: `${props.class ?? ''} shut`.trim(), 'aria-disabled': 'true' }, percent(at.share));
  if (at?.done) return key(icon('check', 's28'), { ...props, class: `${props.class ?? ''} shut`.trim(), 'aria-disabled': 'true' }, t('clip'));
  if (camera.offers(tap.location, tap.agoMs)) return key(icon('clip', 's28'), { ...props, onclick: () => takeFilm(report) }, h('span', {}, t('camera.take'), h('br'), h('small', {}, t('camera.take_more'))));
  return key(icon('clip', 's28'), { ...props, onclick: () => choose(report) }, t('clip'));
}

/** What the camera saw of a tap becomes the report's clip, and what became of that is said. */
async function takeFilm(report) {
  tell(report, { films: true });
  try {
    await post(`/reports/${report}/clip/camera`, undefined, { timeoutMs: filmMs });
    here(report);
  } catch (error) {
    tell(report, null);
    shell.toast(error instanceof Away ? t('away.again') : error.message);
  }
}

function here(report) {
  tell(report, { done: true });
  shell.toast(t('clip.here'), 'kind');
  shell.refresh();
}

function choose(report) {
  const input = h('input', { type: 'file', accept: 'video/*', capture: 'environment', class: 'sr', 'aria-label': t('clip') });
  input.addEventListener('change', () => { if (input.files.length > 0) take(report, input.files[0]); input.remove(); });
  input.addEventListener('cancel', () => input.remove());
  document.body.append(input);
  input.click();
}

/** Sends a file as the report's clip, and says what became of it. */
export async function take(report, file) {
  tell(report, { share: 0 });
  try {
    await send(report, file, share => tell(report, { share }));
    here(report);
  } catch (error) {
    tell(report, null);
    shell.toast(error instanceof Away ? t('away.again') : error.message);
  }
}

function tell(report, at) {
  if (at) under.set(report, at); else under.delete(report);
  events.dispatchEvent(new CustomEvent('clip', { detail: report }));
}

async function send(report, file, further) {
  const sha256 = [...new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()))].map(byte => byte.toString(16).padStart(2, '0')).join('');
  const tus = { 'Tus-Resumable': '1.0.0' };
  for (let broken = 0; ;) {
    try {
      const { body: begun } = await call('POST', '/clips', undefined, {
        headers: { ...tus, 'Upload-Length': file.size, 'Upload-Metadata': `report_uuid ${btoa(report)},sha256 ${btoa(sha256)},content_type ${btoa(file.type || 'video')}` },
      });
      for (let offset = begun.offset; offset < file.size;) {
        further(offset / file.size);
        const part = file.slice(offset, offset + piece);
        await call('PATCH', `/clips/${begun.upload_uuid}`, part, { headers: { ...tus, 'Upload-Offset': offset, 'Content-Type': 'application/offset+octet-stream' }, timeoutMs: 60000 });
        offset += part.size;
        broken = 0;
      }
      return;
    } catch (error) {
      const again = error instanceof Away || (error instanceof Refused && (error.status === 423 || error.code === 'offset_mismatch'));
      if (!again || ++broken > patience) throw error;
      await new Promise(resolve => setTimeout(resolve, 1000));
    }
  }
}
