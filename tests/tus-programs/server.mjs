// The tus project's server, storing below FOLDER; writes its port when it listens: node server.mjs FOLDER
import { randomUUID } from 'node:crypto';
import { Server } from '@tus/server';
import { FileStore } from '@tus/file-store';

const server = new Server({
  path: '/api/v1/clips',
  datastore: new FileStore({ directory: process.argv[2] }),
  // The addresses that ModularRace's device expects end in a UUID.
  namingFunction: () => randomUUID(),
  relativeLocation: true,
});
const listening = server.listen({ host: '127.0.0.1', port: 0 }, () => process.stdout.write(`${listening.address().port}\n`));
process.stdin.on('end', () => process.exit(0)).resume();
