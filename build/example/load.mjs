// Loads the example over the HTTP API, as a person would: the competition and its start lists on the cloud, then the Pi
// paired and made ready for offline operation. What is there already stays as it is, so that it may run at every start.
// Usage: MODULARRACE_PASSWORD=... node load.mjs <cloud> <pi> <email>
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [cloudUrl, piUrl, email] = process.argv.slice(2);
const password = process.env.MODULARRACE_PASSWORD;
const lists = join(dirname(fileURLToPath(import.meta.url)), 'tesero-2026');

const competition = {
  name: 'Tesero 2026',
  city: 'Tesero',
  place: 'Lago di Tesero',
  country: 'ITA',
  start_date: '2026-02-07',
  end_date: '2026-02-22',
  time_zone: 'Europe/Rome',
};
// The times are examples; the start lists are the real ones.
const races = [
  { name: 'Skiathlon men', discipline: 'individual', category: 'Men', scheduled_at: '2026-02-08T11:30:00.000Z', file: 'skiathlon-men.csv' },
  { name: 'Team sprint men', discipline: 'team', category: 'Men', scheduled_at: '2026-02-18T10:45:00.000Z', file: 'team-sprint-men.csv' },
  { name: '50 km classic men', discipline: 'individual', category: 'Men', scheduled_at: '2026-02-21T10:00:00.000Z', file: '50km-classic-men.csv' },
];

/** A host's API, once signed in. Every answer that is not 2xx ends the run with the problem's own words. */
class Api {
  constructor(base) {
    this.base = `${base}/api/v1`;
    this.headers = {};
  }

  async call(method, path, body, type = 'application/json') {
    const answer = await fetch(this.base + path, {
      method,
      headers: { ...this.headers, ...(body === undefined ? {} : { 'Content-Type': type }) },
      body: body === undefined ? undefined : type === 'application/json' ? JSON.stringify(body) : body,
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${this.base}${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }

  async signIn() {
    const { access_token } = await this.call('POST', '/auth/login', { email, password });
    this.headers.Authorization = `Bearer ${access_token}`;
  }

  /** The first object of a list, whatever its pages, for which the test holds. */
  async find(path, test) {
    let cursor = null;
    do {
      const page = await this.call('GET', `${path}?limit=500${cursor ? `&cursor=${cursor}` : ''}`);
      const found = page.items.find(test);
      if (found) return found;
      cursor = page.next_cursor;
    } while (cursor);
    return undefined;
  }
}

async function load() {
  const cloud = new Api(cloudUrl);
  const pi = new Api(piUrl);
  await Promise.all([cloud.signIn(), pi.signIn()]);

  const made = (await cloud.find('/competitions', (c) => c.name === competition.name)) ?? (await cloud.call('POST', '/competitions', competition));
  for (const { file, ...race } of races) {
    const path = `/competitions/${made.client_uuid}/races`;
    const { client_uuid } = (await cloud.find(path, (r) => r.name === race.name)) ?? (await cloud.call('POST', path, race));
    // The same file again changes nothing; a list that somebody has changed since is left alone.
    const { items } = await cloud.call('GET', `/races/${client_uuid}/start-list`);
    if (items.length > 0) continue;
    const { created, athletes_created } = await cloud.call('POST', `/races/${client_uuid}/start-list`, await readFile(join(lists, file)), 'text/csv');
    console.log(`${race.name}: ${created} bibs, ${athletes_created} new athletes`);
  }

  let device = await pi.call('GET', '/device');
  if (!device.paired) {
    const { pairing_code } = await cloud.call('POST', '/devices/pairing-codes', { name: 'Pi at the course' });
    device = await pi.call('POST', '/device/pair', { server_url: cloudUrl, pairing_code });
    console.log(`The Pi is paired as "${device.name}"`);
  }
  if (!device.ready_for_offline) {
    await pi.call('POST', '/device/download?wait=true', { competition_uuid: made.client_uuid });
    device = await pi.call('GET', '/device');
    if (!device.ready_for_offline) throw new Error('The Pi has downloaded the competition and is not ready for offline operation.');
    console.log('The Pi is ready for offline operation');
  }
}

try {
  await load();
} catch (error) {
  console.error(error.cause ? `${error.message}: ${error.cause.message}` : error.message);
  process.exitCode = 1;
}
