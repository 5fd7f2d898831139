// Sends one body and waits for the answer: upload PORT METHOD PATH BYTES. Prints the status, or nothing at all.
import { createConnection } from 'node:net';
import { page } from '../page.ts';

const [port, method, path, bytes] = process.argv.slice(2);
const size = Number(bytes);
const block = page(2 ** 20);
const socket = createConnection(Number(port), '127.0.0.1');
let sent = 0;
let answer = '';

function pump(): void {
  while (sent < size) {
    const piece = block.subarray(0, Math.min(block.length, size - sent));
    sent += piece.length;
    if (!socket.write(piece)) return;
  }
}

socket.write(
  `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: ${size}\r\n\r\n`,
);
socket.on('drain', pump);
socket.on('data', (chunk: Buffer) => {
  answer += chunk.toString('latin1');
});
socket.on('close', () => process.stdout.write(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? ''));
socket.on('error', () => {});
pump();
