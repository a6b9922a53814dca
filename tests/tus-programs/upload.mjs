// Sends one clip by tus-js-client and writes what happened as JSON:
//   node upload.mjs HOW CLOUD TOKEN REPORT FILE
// cuts:  over a proxy that resets the connection again and again, in pieces
// pauses: abort() and start(), and at last a client that knows nothing but the address
// twice: two clients send the same upload at once
// whole: one request for all of it
import fs from 'node:fs';
import net from 'node:net';
import { Upload } from 'tus-js-client';

const [how, cloud, token, report, path] = process.argv.slice(2);
const bytes = fs.readFileSync(path);
const random = seeded(bytes.length);
const told = { cuts: 0, pauses: 0, requests: 0 };

const ways = {
  whole: () => send(cloud, {}),
  cuts: async () => {
    const proxy = await cutting(new URL(cloud), 12, () => 10_000 + Math.floor(random() * 60_000));
    const url = await send(`http://127.0.0.1:${proxy.address().port}`, { chunkSize: 150_000 });
    proxy.close();
    return url;
  },
  pauses: async () => {
    for (let at = 100_000; at < bytes.length; at += 100_000 + Math.floor(random() * 100_000)) await send(cloud, { uploadUrl: told.url }, at);
    return send(cloud, { uploadUrl: told.url });
  },
  twice: async () => {
    await send(cloud, { chunkSize: 50_000 }, 40_000);
    const both = [send(cloud, { uploadUrl: told.url, chunkSize: 30_000 }), send(cloud, { uploadUrl: told.url, chunkSize: 47_000 })];
    return (await Promise.all(both))[0];
  },
};

await ways[how]();
process.stdout.write(JSON.stringify(told), () => process.exit(0));

/** Answers when all is there, or, given a place, when it paused behind it. */
function send(server, options, until) {
  return new Promise((resolve, reject) => {
    let paused = false;
    const upload = new Upload(bytes, {
      endpoint: `${server}/api/v1/clips`,
      headers: { Authorization: `Bearer ${token}` },
      metadata: { report_uuid: report, filename: '../../a clip.mp4', filetype: 'video/mp4' },
      retryDelays: Array.from({ length: 40 }, (_, i) => Math.min(20 * i, 200)),
      storeFingerprintForResuming: false,
      onBeforeRequest: () => { told.requests++; },
      onError: reject,
      onSuccess: () => resolve(upload.url),
      onProgress: (sent) => {
        told.url = upload.url?.replace(server, cloud) ?? told.url;
        if (until === undefined || sent < until || paused) return;
        paused = true;
        told.pauses++;
        upload.abort().then(() => resolve(upload.url), reject);
      },
      onUploadUrlAvailable: () => { told.url = upload.url.replace(server, cloud); },
      ...options,
    });
    upload.start();
  });
}

/** A TCP proxy that resets all it carries after so many bytes, so often. */
function cutting(target, times, after) {
  let left = after();
  const proxy = net.createServer((client) => {
    const server = net.connect(Number(target.port), target.hostname);
    client.on('data', (data) => {
      left -= data.length;
      if (left < 0 && told.cuts < times) {
        told.cuts++;
        left = after();
        server.write(data.subarray(0, Math.floor(data.length / 2)));
        client.resetAndDestroy();
        server.end();
        return;
      }
      server.write(data);
    });
    server.on('data', (data) => client.write(data));
    client.on('end', () => server.end());
    server.on('end', () => client.end());
    for (const socket of [client, server]) socket.on('error', () => { client.destroy(); server.destroy(); });
  });
  return new Promise((resolve) => proxy.listen(0, '127.0.0.1', () => resolve(proxy)));
}

function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
