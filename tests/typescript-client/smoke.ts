// What a program of somebody else's does on its first day: node made/smoke.js <address> <token>. Every call is typed by the
// stored document; what the cloud answers is looked at as those types say.
import { strict as assert } from 'node:assert';
import createClient from 'openapi-fetch';
import type { components, paths } from './made/modularrace.js';

const [address, token] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl: address!, headers: { Authorization: `Bearer ${token}` } });

function answered<T>({ data, error, response }: { data?: T; error?: unknown; response: Response }): T {
  assert.ok(response.ok && data !== undefined, `${response.url} answered ${response.status}: ${JSON.stringify(error)}`);
  return data;
}

const competition = answered(await client.POST('/api/v1/competitions', {
  body: { name: 'By a program', country: 'ITA', start_date: '2026-02-06', end_date: '2026-02-08', time_zone: 'Europe/Rome' },
}));
const race = answered(await client.POST('/api/v1/competitions/{uuid}/races', {
  params: { path: { uuid: competition.client_uuid } }, body: { name: 'Sprint', discipline: 'sprint' },
}));
const reported = answered(await client.POST('/api/v1/incidents', { body: { race_uuid: race.client_uuid, bib_number: 7, description: 'Gate 3 left out.' } }));
assert.equal(reported.matched, false);

const incident: components['schemas']['IncidentView'] = answered(await client.POST('/api/v1/incidents/{uuid}/officialize', { params: { path: { uuid: reported.incident.client_uuid } } }));
assert.equal(incident.status, 'official');
const list = answered(await client.GET('/api/v1/races/{raceUuid}/incidents', { params: { path: { raceUuid: race.client_uuid }, query: { bib_number: 7 } } }));
assert.deepEqual(list.items.map(i => i.client_uuid), [incident.client_uuid]);

const refused = await client.GET('/api/v1/incidents/{uuid}', { params: { path: { uuid: '0197f2a0-0000-7000-8000-000000000001' } } });
assert.equal(refused.response.status, 404);
assert.equal(refused.error?.code, 'not_found');
console.log(`incident ${incident.number} of ${competition.name}: ${incident.status}`);
