// Bun's file response: opened, measured and sent for each request.
import { basename } from 'node:path';
import { bun } from '../bun.ts';

const [port, file = ''] = process.argv.slice(2);

bun.serve({
  port: Number(port),
  hostname: '127.0.0.1',
  routes: { [`/${basename(file)}`]: () => new Response(bun.file(file)) },
  fetch: () => new Response('', { status: 404 }),
});
