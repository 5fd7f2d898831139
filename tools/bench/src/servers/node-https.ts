// node:https with the file in memory.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { basename } from 'node:path';

const [port, file = '', certificate = '', key = ''] = process.argv.slice(2);
const body = readFileSync(file);
const path = `/${basename(file)}`;

createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (request, response) => {
  if (request.url !== path) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'Content-Type': 'text/html', 'Content-Length': body.length });
  response.end(body);
}).listen(Number(port), '127.0.0.1', 4096);
