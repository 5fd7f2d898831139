// node:http with the file in memory: as little as a Node program can do for a request.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename } from 'node:path';

const [port, file = ''] = process.argv.slice(2);
const body = readFileSync(file);
const path = `/${basename(file)}`;

createServer((request, response) => {
  if (request.url !== path) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'Content-Type': 'text/html', 'Content-Length': body.length });
  response.end(body);
}).listen(Number(port), '127.0.0.1', 4096);
