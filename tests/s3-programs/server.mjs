// An S3 server storing below FOLDER, with one bucket; writes its port when it listens: node server.mjs FOLDER PORT BUCKET
import { createRequire } from 'node:module';

const S3rver = createRequire(import.meta.url)('s3rver');
const [, , directory, port, bucket] = process.argv;
const server = new S3rver({ address: '127.0.0.1', port: Number(port), directory, silent: true, configureBuckets: [{ name: bucket }] });
const { port: listens } = await server.run();
process.stdout.write(`${listens}\n`);
process.stdin.on('end', () => process.exit(0)).resume();
