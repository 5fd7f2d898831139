// Shakes hands again and again, and asks once on each connection: handshakes PORT PATH full|resumed CONNECTIONS SECONDS.
// Prints the number of answers, the milliseconds, the bytes and the errors. A handshake that was to be resumed and was
// not is an error.
import { connect } from 'node:tls';

const [port, path, kind, connections, seconds] = process.argv.slice(2);
const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
const resumed = kind === 'resumed';
let answers = 0;
let errors = 0;
let bytes = 0;
let ending = false;

/** @param session of the connection before; a ticket of TLS 1.3 is for one use */
function shake(session: Buffer | undefined): void {
  let next: Buffer | undefined;
  let text = '';
  const options = {
    host: '127.0.0.1',
    port: Number(port),
    servername: 'localhost',
    rejectUnauthorized: false,
    // All servers have it. The hybrid with ML-KEM, which only newer ones have, costs both ends more.
    ecdhCurve: 'X25519',
  };
  const socket = connect(session === undefined ? options : { ...options, session }, () => {
    if (session !== undefined && !socket.isSessionReused()) errors++;
    socket.write(request);
  });
  socket.on('session', (one: Buffer) => {
    next = one;
  });
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    text ||= chunk.toString('latin1');
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    if (ending) return;
    if (!text.startsWith('HTTP/1.1 200 ')) errors++;
    // The first handshake of a slot that resumes is a full one: it does not count.
    else if (!resumed || session !== undefined) answers++;
    if (errors > 1000) return;
    shake(resumed ? next : undefined);
  });
}

const begun = performance.now();
for (let count = 0; count < Number(connections); count++) shake(undefined);
setTimeout(() => {
  ending = true;
  const took = performance.now() - begun;
  process.stdout.write(`${answers} ${took} ${bytes} ${errors}\n`, () => process.exit(0));
}, 1000 * Number(seconds));
