import { bytesOfName } from '@webserv/event-loop';
import { Random } from '@webserv/event-loop/testing';
import { environment, type ScriptRequest } from '../program/env.ts';
import { scriptRequestOf } from '../testing/script-request.ts';
import { Beginning } from './beginning.ts';
import { RecordType } from './record.ts';

const GET = ['GET /app/run.sh?a=1 HTTP/1.1', 'Host: example.org'];

/** Reads records back. */
function recordsIn(bytes: Buffer): [type: number, content: Buffer][] {
  const records: [number, Buffer][] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt16BE(at + 4);
    records.push([bytes[at + 1] as number, bytes.subarray(at + 8, at + 8 + length)]);
    at += 8 + length + (bytes[at + 6] as number);
  }
  return records;
}

function written(request: ScriptRequest, hasBody = false, beginning = new Beginning()): [number, Buffer][] {
  const size = beginning.write(request, hasBody);
  return recordsIn(Buffer.from(beginning.memory.bytes.subarray(0, size)));
}

function paramsOf(records: readonly [number, Buffer][]): Buffer {
  return Buffer.concat(records.filter(([type]) => type === RecordType.PARAMS).map(([, content]) => content));
}

/** The environment of a child, without PATH, as pairs: a plain encoder. */
function pairsOf(request: ScriptRequest): Buffer {
  const pairs = environment(request)
    .slice(1)
    .flatMap((entry) => {
      const bytes = typeof entry === 'string' ? bytesOfName(entry) : Buffer.from(entry);
      const equals = bytes.indexOf('=');
      return [equals, bytes.length - equals - 1, bytes.subarray(0, equals), bytes.subarray(equals + 1)];
    });
  return Buffer.concat(pairs.map((part) => (typeof part === 'number' ? lengthOf(part) : part)));
}

function lengthOf(length: number): Buffer {
  if (length < 128) return Buffer.of(length);
  const four = Buffer.alloc(4);
  four.writeUInt32BE(length + 2 ** 31);
  return four;
}

it('begins with a responder that keeps the connection, the variables, and the end of an empty body', () => {
  const records = written(scriptRequestOf(GET));
  const { BEGIN_REQUEST, PARAMS, STDIN } = RecordType;
  expect(records.map(([type]) => type)).toEqual([BEGIN_REQUEST, PARAMS, PARAMS, STDIN]);
  expect([...(records[0]?.[1] ?? [])]).toEqual([0, 1, 1, 0, 0, 0, 0, 0]);
  const params = paramsOf(records).toString('latin1');
  expect(params.startsWith('\x11\x07GATEWAY_INTERFACECGI/1.1\x0f\rSERVER_SOFTWAREwebserv/1.2.3')).toBe(true);
  expect(params.endsWith('\x09\x0bHTTP_HOSTexample.org')).toBe(true);
  expect(params).not.toContain('/usr/bin:/bin');
});

it('leaves a body to come', () => {
  expect(written(scriptRequestOf(GET), true).map(([type]) => type)).toEqual([
    RecordType.BEGIN_REQUEST,
    RecordType.PARAMS,
    RecordType.PARAMS,
  ]);
});

it('writes variables beyond a record in several', () => {
  const request = scriptRequestOf(GET, { more: [['NAME', 'v'.repeat(70_000)]] });
  const records = written(request);
  expect(records.filter(([type]) => type === RecordType.PARAMS)).toHaveLength(3);
  expect(paramsOf(records).equals(pairsOf(request))).toBe(true);
});

const CHARACTERS = ['a', '/', '=', ' ', '%', 'ä', '안', '\u{1f600}', '\udce4', '\udcff', '\ud800'];
const BYTES = ['a', ';', '=', ' ', '\xe4', '\xff'];

/** A request whose variables are of any kind and length. */
function anyRequest(random: Random): ScriptRequest {
  const some = (from: readonly string[]): string => {
    const length = random.below(4) === 0 ? 100 + random.below(100) : random.below(9);
    return Array.from({ length }, () => from[random.below(from.length)]).join('');
  };
  const text = (): string => some(CHARACTERS);
  const fields = Array.from({ length: random.below(6) }, () => `X-${random.below(4)}: ${some(BYTES)}`);
  const user = random.below(2) === 0 ? '' : text();
  return scriptRequestOf([...GET, 'Content-Type: a/b', ...fields], {
    script: {
      name: text(),
      pathInfo: text(),
      file: `/srv/${text()}`,
      interpreter: '',
      application: null,
    },
    uri: text(),
    root: text(),
    pathTranslated: text(),
    contentLength: random.below(1000) - 1,
    remotePort: random.below(2),
    serverAddress: random.below(2) === 0 ? '' : '192.0.2.1',
    authType: user === '' ? '' : 'Basic',
    remoteUser: user,
    more: Array.from({ length: random.below(4) }, (_, index) => [
      `NAME_${index}`,
      random.below(3) === 0 ? null : text(),
    ]),
    failed: random.below(3) === 0 ? { status: 404, method: 'GET', path: text(), query: text() } : null,
    requestId: random.below(2) === 0 ? '' : 'r1',
  });
}

it('has the bytes of a plain encoder, whatever the request before it on the connection', () => {
  const random = new Random(5);
  const beginning = new Beginning();
  for (let round = 0; round < 2000; round++) {
    const request = anyRequest(random);
    const params = paramsOf(written(request, random.below(2) === 0, beginning));
    expect(params.toString('latin1')).toBe(pairsOf(request).toString('latin1'));
  }
});
