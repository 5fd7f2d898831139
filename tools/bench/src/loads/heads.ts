// Asks for one page over many connections by a method whose answers wrk does not understand:
// heads PORT PATH METHOD CONNECTIONS SECONDS. Prints the number of answers, the milliseconds, the bytes and the errors.
import { createConnection } from 'node:net';

const [port, path, method, connections, seconds] = process.argv.slice(2);
const request = Buffer.from(`${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
/** Bytes of one answer. The first answer shows it, and all are the same. */
let length = 0;
let answers = 0;
let errors = 0;
let ending = false;

function open(): void {
  const socket = createConnection(Number(port), '127.0.0.1');
  let first = '';
  let received = 0;
  socket.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (length === 0) {
      first += chunk.toString('latin1');
      length = lengthOf(first);
      if (length > 0 && !first.startsWith('HTTP/1.1 200 ')) errors++;
    }
    if (length === 0 || received < length) return;
    if (received > length) errors++;
    received = 0;
    answers++;
    socket.write(request);
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    if (!ending) errors++;
  });
  socket.write(request);
}

/** 0 while the head is not whole. */
function lengthOf(text: string): number {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return 0;
  const body = method === 'HEAD' ? 0 : Number(/^content-length: (\d+)/im.exec(text)?.[1] ?? 0);
  return end + 4 + body;
}

const begun = performance.now();
for (let count = 0; count < Number(connections); count++) open();
setTimeout(() => {
  ending = true;
  const took = performance.now() - begun;
  process.stdout.write(`${answers} ${took} ${answers * length} ${errors}\n`, () => process.exit(0));
}, 1000 * Number(seconds));
