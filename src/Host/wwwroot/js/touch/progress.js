// GET /device/progress: server-sent events {phase, done, total}, in place of asking again and again.

let source = null;
let listener = null;

/** Calls back with each step of what runs now; null when the stream has ended. One stream at a time. */
export function follow(callback) {
  listener = callback;
  if (source) return;
  source = new EventSource('/api/v1/device/progress');
  const take = event => { try { listener(JSON.parse(event.data)); } catch { /* a comment or a heartbeat */ } };
  source.onmessage = take;
  source.addEventListener('progress', take);
  source.onerror = () => {
    if (source?.readyState === EventSource.CLOSED) { source = null; listener(null); }
  };
}

export function unfollow() {
  source?.close();
  source = null;
}
