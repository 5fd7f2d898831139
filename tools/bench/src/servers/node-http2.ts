// node:http2 with the file in memory, by its compatible interface, over which it also speaks HTTP/1.1.
import { readFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { basename } from 'node:path';

const [port, file = '', certificate = '', key = ''] = process.argv.slice(2);
const body = readFileSync(file);
const path = `/${basename(file)}`;

createSecureServer(
  { cert: readFileSync(certificate), key: readFileSync(key), allowHTTP1: true },
  (request, response) => {
    if (request.url !== path) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'Content-Type': 'text/html', 'Content-Length': body.length });
    response.end(body);
  },
).listen(Number(port), '127.0.0.1', 4096);
