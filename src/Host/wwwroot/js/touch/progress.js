// GET /device/progress: server-sent events {phase, done, total, bytes, share}, in place of asking again and again.

import { size } from './dom.js';
import { t } from './texts.js';

let source = null;
let listener = null;
let last = null; // the step, and when it was told

/** All of it has left, and the cloud has confirmed none of it. Something between may have taken it at once and send it slowly. */
const unanswered = step => step.share === 1 && step.done < step.total;

/** "120 of 500 confirmed, 84 kB so far": whatever of a step is known. */
export function soFar(step) {
  const { phase, done, total, bytes, told } = step;
  if (unanswered(step)) return t('progress.unanswered', { size: size(bytes), n: Math.round((performance.now() - told) / 1000) });
  const records = total > 0 ? t(phase === 'storing' ? 'progress.stored' : 'progress.confirmed', { done, total }) : done > 0 && t('progress.changes', { n: done });
  return [records, bytes > 0 && t('progress.so_far', { size: size(bytes) })].filter(Boolean).join(', ');
}

/** Calls back with each step of what runs now; null when the stream has ended. One stream at a time. */
export function follow(callback) {
  listener = callback;
  if (source) return;
  source = new EventSource('/api/v1/device/progress');
  const take = event => {
    try {
      // A stream that was cut begins with the step before once more.
      if (event.data !== last?.data) last = { ...JSON.parse(event.data), data: event.data, told: performance.now() };
    } catch { return; /* a comment or a heartbeat */ }
    listener(last);
  };
  source.onmessage = take;
  source.addEventListener('progress', take);
  source.onerror = () => {
    if (source?.readyState === EventSource.CLOSED) { source = last = null; listener(null); }
  };
}

export function unfollow() {
  source?.close();
  source = last = null;
}

// No step comes then, and a page that stands still looks as if it had stopped.
setInterval(() => { if (last && unanswered(last)) listener(last); }, 1000);
