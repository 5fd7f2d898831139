// Holds keep-alive connections that have had one answer each: idle PORT PATH COUNT [https:]. Prints "ready N" when N of them are
// open and silent, and ends when its standard input does.
import { createConnection, type Socket } from 'node:net';
import { connect } from 'node:tls';

/** Connections that open at once. The backlog of every peer holds as many. */
const AT_ONCE = 128;
/** Several addresses: one has 28,000 ports, and those of the last run may still wait. */
const ADDRESSES = 8;

const [port, path, count, protocol] = process.argv.slice(2);
const wanted = Number(count);
const open: Socket[] = [];
let begun = 0;
let done = 0;

function next(): void {
  if (done === wanted) process.stdout.write(`ready ${open.length}\n`);
  if (begun >= wanted) return;
  begun++;
  begin(begun, () => {
    done++;
    next();
  });
}

function begin(number: number, then: () => void): void {
  const localAddress = `127.0.0.${2 + (number % ADDRESSES)}`;
  const plain = createConnection({ port: Number(port), host: '127.0.0.1', localAddress });
  const secure = { socket: plain, servername: 'localhost', rejectUnauthorized: false };
  const socket = protocol === 'https:' ? connect(secure) : plain;
  let text = '';
  const settle = (answered: boolean): void => {
    socket.removeAllListeners('data').removeAllListeners('close');
    if (answered) open.push(socket.resume());
    then();
  };
  socket.on('error', () => {});
  socket.on('close', () => settle(false));
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    if (isWhole(text)) settle(/^HTTP\/1\.1 200 /.test(text));
  });
  socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  const length = Number(/^content-length: (\d+)/im.exec(text)?.[1]);
  return end >= 0 && text.length >= end + 4 + length;
}

process.stdin.on('end', () => process.exit(0)).resume();
for (let at = 0; at < AT_ONCE; at++) next();
