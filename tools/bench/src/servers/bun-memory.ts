// Bun's static route: a response that is built once and answered without running JavaScript.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { bun } from '../bun.ts';

const [port, file = '', certificate = '', key = ''] = process.argv.slice(2);

bun.serve({
  ...(certificate === '' ? {} : { tls: { cert: readFileSync(certificate), key: readFileSync(key) } }),
  port: Number(port),
  hostname: '127.0.0.1',
  routes: {
    [`/${basename(file)}`]: new Response(readFileSync(file), { headers: { 'Content-Type': 'text/html' } }),
  },
  fetch: () => new Response('', { status: 404 }),
});
