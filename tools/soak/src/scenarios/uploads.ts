import { expectAnswer, get, type Scenario } from '../scenario.ts';
import type { Wire } from '../wire.ts';

const MOST = 300_000;

/** Uploads in every framing, read back byte for byte and deleted. */
export const UPLOADS: readonly Scenario[] = [
  {
    name: 'raw upload',
    weight: 6,
    async run({ open, random, name }) {
      const wire = open();
      const [file, bytes] = [name(), random.bytes(random.below(MOST))];
      wire.send(`POST /up/${file} HTTP/1.1\r\nHost: soak\r\nContent-Length: ${bytes.length}\r\n\r\n`);
      wire.send(bytes);
      expectAnswer(await wire.answer(), 201);
      return 1 + (await takeBack(wire, file, bytes));
    },
  },
  {
    name: 'chunked upload',
    weight: 5,
    async run({ open, random, name }) {
      const wire = open();
      const [file, bytes] = [name(), random.bytes(random.below(MOST))];
      wire.send(`POST /up/${file} HTTP/1.1\r\nHost: soak\r\nTransfer-Encoding: chunked\r\n\r\n`);
      for (let at = 0; at < bytes.length; ) {
        const size = Math.min(1 + random.below(40_000), bytes.length - at);
        wire.send(`${size.toString(16)}\r\n`);
        wire.send(bytes.subarray(at, at + size));
        wire.send('\r\n');
        at += size;
      }
      wire.send('0\r\n\r\n');
      expectAnswer(await wire.answer(), 201);
      return 1 + (await takeBack(wire, file, bytes));
    },
  },
  {
    name: 'form upload',
    weight: 5,
    async run({ open, random, name }) {
      const wire = open();
      const files = [name(), name()].map((file) => [file, random.bytes(random.below(MOST / 4))] as const);
      const body = Buffer.concat([
        ...files.flatMap(([file, bytes]) => [
          Buffer.from(`--soak\r\nContent-Disposition: form-data; name="f"; filename="${file}"\r\n\r\n`),
          bytes,
          Buffer.from('\r\n'),
        ]),
        Buffer.from('--soak--\r\n'),
      ]);
      wire.send(
        `POST /up/ HTTP/1.1\r\nHost: soak\r\nContent-Type: multipart/form-data; boundary=soak\r\nContent-Length: ${body.length}\r\n\r\n`,
      );
      wire.send(body);
      expectAnswer(await wire.answer(), 201);
      let verified = 1;
      for (const [file, bytes] of files) verified += await takeBack(wire, file, bytes);
      return verified;
    },
  },
  {
    name: 'upload that waits',
    weight: 2,
    async run({ open, random, name }) {
      const wire = open();
      const [file, bytes] = [name(), random.bytes(1_000)];
      wire.send(
        `POST /up/${file} HTTP/1.1\r\nHost: soak\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n`,
      );
      expectAnswer(await wire.answer(), 100);
      wire.send(bytes);
      expectAnswer(await wire.answer(), 201);
      return 2 + (await takeBack(wire, file, bytes));
    },
  },
  {
    name: 'too large',
    weight: 2,
    async run({ open, name }) {
      const wire = open();
      wire.send(
        `POST /up/${name()} HTTP/1.1\r\nHost: soak\r\nContent-Length: 5000000\r\nExpect: 100-continue\r\n\r\n`,
      );
      expectAnswer(await wire.answer(), 413);
      return 1;
    },
  },
];

/** Reads the file, deletes it, and then finds nothing. @returns the answers */
async function takeBack(wire: Wire, file: string, bytes: Buffer): Promise<number> {
  wire.send(get(`/up/${file}`));
  expectAnswer(await wire.answer(), 200, bytes);
  wire.send(`DELETE /up/${file} HTTP/1.1\r\nHost: soak\r\n\r\n`);
  expectAnswer(await wire.answer(), 204);
  wire.send(get(`/up/${file}`));
  expectAnswer(await wire.answer(), 404);
  return 3;
}
