import { expectAnswer, get, type Scenario } from '../scenario.ts';

/** Scripts that answer, stream, fail, write to their log, and hang until their client leaves. */
export const SCRIPTS: readonly Scenario[] = [
  {
    name: 'script',
    weight: 3,
    async run({ open, name }) {
      const wire = open();
      const query = name();
      wire.send(get(`/cgi/echo.sh?${query}`));
      expectAnswer(await wire.answer(), 200, Buffer.from(`GET ${query}\n`));
      return 1;
    },
  },
  {
    name: 'script with a body',
    weight: 3,
    async run({ open, random, name }) {
      const wire = open();
      const [query, bytes] = [name(), random.bytes(random.below(100_000))];
      wire.send(`POST /cgi/echo.sh?${query} HTTP/1.1\r\nHost: soak\r\nTransfer-Encoding: chunked\r\n\r\n`);
      if (bytes.length > 0) {
        wire.send(`${bytes.length.toString(16)}\r\n`);
        wire.send(bytes);
        wire.send('\r\n');
      }
      wire.send('0\r\n\r\n');
      expectAnswer(await wire.answer(), 200, Buffer.concat([Buffer.from(`POST ${query}\n`), bytes]));
      return 1;
    },
  },
  {
    name: 'script in pieces',
    weight: 1,
    async run({ open }) {
      const wire = open();
      wire.send(get('/cgi/pieces.sh'));
      expectAnswer(await wire.answer(), 200, Buffer.from('piece 1\npiece 2\npiece 3\n'));
      return 1;
    },
  },
  {
    name: 'script that fails',
    weight: 1,
    async run({ open }) {
      const wire = open();
      wire.send(get('/cgi/crash.sh'));
      expectAnswer(await wire.answer(), 502);
      wire.send(get('/cgi/stderr.sh'));
      expectAnswer(await wire.answer(), 404, Buffer.from('no'));
      return 2;
    },
  },
  {
    name: 'script that is left',
    weight: 1,
    async run({ open }) {
      const wire = open();
      wire.send(get('/cgi/hang.sh'));
      while (wire.waiting < 20) await wire.more();
      wire.reset();
      return 0;
    },
  },
];
