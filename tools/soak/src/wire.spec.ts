import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { parseOptions } from './options.ts';
import { Random } from './random.ts';
import { expectAnswer } from './scenario.ts';
import { Wire } from './wire.ts';

describe('a wire', () => {
  let server: Server;
  let wire: Wire;
  let peer: Socket;

  beforeEach(async () => {
    server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    wire = new Wire((server.address() as AddressInfo).port);
    [peer] = (await once(server, 'connection')) as [Socket];
    peer.on('error', () => {});
  });

  afterEach(async () => {
    wire.close();
    peer.destroy();
    server.close();
    await once(server, 'close');
  });

  it('reads answers by length, in chunks and without a body, one behind the other, in any pieces', async () => {
    const text =
      'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc' +
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n1\r\nf\r\n0\r\n\r\n' +
      'HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n' +
      'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n';
    for (const letter of text) peer.write(letter);
    expect((await wire.answer()).body.toString()).toBe('abc');
    expect((await wire.answer()).body.toString()).toBe('def');
    expect((await wire.answer()).status).toBe(304);
    expect((await wire.answer('HEAD')).fields.get('content-length')).toBe('9');
    expect(wire.waiting).toBe(0);
  });

  it('reads to the end where no length is told, and then knows that it is closed', async () => {
    peer.end('HTTP/1.1 200 OK\r\n\r\nall the rest');
    expect((await wire.answer()).body.toString()).toBe('all the rest');
    await wire.closed();
  });

  it('does not take a cut answer for a whole one, nor more bytes for none', async () => {
    peer.end('HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\nabc');
    await expect(wire.answer()).rejects.toThrow('the connection ended');
    await expect(wire.closed()).rejects.toThrow('3 bytes');
  });

  it('tells a reset', async () => {
    peer.resetAndDestroy();
    await expect(wire.answer()).rejects.toThrow('ECONNRESET');
  });
});

it('an answer is held to its status and to every byte', () => {
  const answer = { status: 200, fields: new Map(), body: Buffer.from('abc') };
  expect(() => expectAnswer(answer, 200, Buffer.from('abc'))).not.toThrow();
  expect(() => expectAnswer(answer, 200, Buffer.from('abd'))).toThrow('another body');
  expect(() => expectAnswer(answer, 404)).toThrow('200 where 404 was due');
});

it('chance repeats itself', () => {
  expect(new Random(4).bytes(9)).toEqual(new Random(4).bytes(9));
  expect(new Random(4).bytes(9)).not.toEqual(new Random(5).bytes(9));
  expect(new Random(4).below(1)).toBe(0);
});

describe('options', () => {
  it('have defaults for the half hour', () => {
    expect(parseOptions([])).toEqual({
      seconds: 1800,
      clients: 24,
      seed: 1,
      every: 5,
      use: 'auto',
      out: 'dist',
    });
    expect(parseOptions(['--minutes=0.5'])).toMatchObject({ seconds: 30, every: 1 });
  });

  it.each([['--minutes=0'], ['--clients=x'], ['--colour']])('refuse %s', (word) => {
    expect(() => parseOptions([word])).toThrow();
  });
});
