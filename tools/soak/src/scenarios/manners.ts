import { setTimeout as delay } from 'node:timers/promises';
import { content, expectAnswer, get, insist, type Scenario } from '../scenario.ts';

const PAGE = '/files/page.html';
const LARGE = '/files/large.bin';

/** How clients behave on their connections, well and badly. */
export const MANNERS: readonly Scenario[] = [
  {
    name: 'one request a connection',
    weight: 10,
    async run({ open, site }) {
      for (let i = 0; i < 5; i++) {
        const wire = open();
        wire.send(get(PAGE, 'Connection: close\r\n'));
        expectAnswer(await wire.answer(), 200, content(site, PAGE));
        await wire.closed();
      }
      return 5;
    },
  },
  {
    name: 'pipelined',
    weight: 6,
    async run({ open, site, random }) {
      const wire = open();
      const paths = Array.from({ length: 10 }, () => `/files/many-${random.below(400)}.txt`);
      wire.send(paths.map((path) => get(path)).join(''));
      for (const path of paths) expectAnswer(await wire.answer(), 200, content(site, path));
      return 10;
    },
  },
  {
    name: 'half-closed',
    weight: 4,
    async run({ open, site }) {
      const wire = open();
      wire.send(get(PAGE));
      wire.socket.end();
      expectAnswer(await wire.answer(), 200, content(site, PAGE));
      await wire.closed();
      return 1;
    },
  },
  {
    name: 'slow head',
    weight: 3,
    async run({ open, site }) {
      const wire = open();
      const head = get(PAGE);
      for (let at = 0; at < head.length; at += 3) {
        wire.send(head.slice(at, at + 3));
        await delay(2);
      }
      expectAnswer(await wire.answer(), 200, content(site, PAGE));
      return 1;
    },
  },
  {
    name: 'slow reader',
    weight: 3,
    async run({ open, site }) {
      const wire = open();
      wire.send(get(LARGE));
      for (let i = 0; i < 10; i++) {
        wire.socket.pause();
        await delay(20);
        wire.socket.resume();
        await delay(2);
      }
      expectAnswer(await wire.answer(), 200, content(site, LARGE));
      return 1;
    },
  },
  {
    name: 'slow upload',
    weight: 2,
    async run({ open, random, name }) {
      const wire = open();
      const [file, bytes] = [name(), random.bytes(4_000)];
      wire.send(`POST /up/${file} HTTP/1.1\r\nHost: soak\r\nContent-Length: ${bytes.length}\r\n\r\n`);
      for (let at = 0; at < bytes.length; at += 200) {
        wire.send(bytes.subarray(at, at + 200));
        await delay(5);
      }
      expectAnswer(await wire.answer(), 201);
      wire.send(get(`/up/${file}`));
      expectAnswer(await wire.answer(), 200, bytes);
      wire.send(`DELETE /up/${file} HTTP/1.1\r\nHost: soak\r\n\r\n`);
      expectAnswer(await wire.answer(), 204);
      return 3;
    },
  },
  {
    name: 'gone in the head',
    weight: 5,
    async run({ open, random }) {
      const wire = open();
      wire.send(get(PAGE).slice(0, 1 + random.below(30)));
      await delay(random.below(5));
      if (random.below(2) === 0) wire.reset();
      return 0;
    },
  },
  {
    name: 'gone in the upload',
    weight: 5,
    async run({ open, random, name }) {
      const wire = open();
      const framing = random.below(2) === 0 ? 'Content-Length: 200000' : 'Transfer-Encoding: chunked';
      wire.send(`POST /up/${name()} HTTP/1.1\r\nHost: soak\r\n${framing}\r\n\r\n10\r\n`);
      wire.send(random.bytes(random.below(100_000)));
      await delay(random.below(5));
      if (random.below(2) === 0) wire.reset();
      return 0;
    },
  },
  {
    name: 'gone in the answer',
    weight: 5,
    async run({ open, random }) {
      const wire = open();
      wire.send(get(LARGE));
      while (wire.waiting < 1_000) await wire.more();
      if (random.below(2) === 0) wire.reset();
      return 0;
    },
  },
  {
    name: 'malformed',
    weight: 4,
    async run({ open, random }) {
      const wire = open();
      const bad = [
        'GET  / HTTP/1.1\r\n\r\n',
        'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
        'GET / HTTP/1.1\nHost: a\n\n',
        '\x16\x03\x01\r\n',
      ];
      wire.send(random.pick(bad) + get(PAGE));
      const answer = await wire.answer();
      expectAnswer(answer, 400);
      insist(answer.fields.get('connection') === 'close', 'a refused connection that goes on');
      await wire.closed();
      return 1;
    },
  },
  {
    name: 'idle',
    weight: 2,
    async run({ open, site }) {
      const wires = Array.from({ length: 4 }, () => open());
      for (const wire of wires) wire.send(get(PAGE));
      for (const wire of wires) expectAnswer(await wire.answer(), 200, content(site, PAGE));
      await delay(200);
      return wires.length;
    },
  },
];
