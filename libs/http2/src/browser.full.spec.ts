import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { buildSync } from 'esbuild';
import { PREFACE } from './frames/frame-type.ts';
import { joined } from './testing/bytes.ts';
import { GET, POST, settings, Talk } from './testing/talk.ts';

it('runs in a browser, where nothing of Node is', () => {
  const { outputFiles } = buildSync({
    entryPoints: [join(__dirname, 'index.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'library',
    platform: 'browser',
    conditions: ['@webserv/source'],
  });
  const talk = new Talk();
  const long = [...POST, ['x', 'v'.repeat(9000)]] as const;
  const input = joined(PREFACE, settings(), talk.head(1, GET), talk.head(3, long, false));
  const use = `
    const seen = [];
    const output = new Uint8Array(1000);
    const connection = new library.ServerConnection({
      request(stream, { method, target, authority, fields }, end) {
        seen.push(method, target, authority, end, fields.length, fields[0]?.[1].length);
        let at = library.writeField(output, library.writeStatus(output, 100, 200), 'X-Own', 'some value');
        const to = connection.writeHeaders(stream, output, connection.takeControl(output, 0), output, 100, at, true);
        seen.push(to);
      },
      closed(stream) { seen.push('closed', stream.id); },
      failed(code, why) { seen.push(why); },
    });
    connection.receive(input, 0, input.length);
    JSON.stringify(seen);`;
  const world = createContext({ input, TextDecoder, TextEncoder });
  const seen = JSON.parse(runInContext(`${outputFiles[0]?.text}${use}`, world));
  expect(seen).toEqual([
    'GET',
    '/',
    'example.org',
    true,
    0,
    null,
    'closed',
    1,
    91,
    'POST',
    '/',
    'example.org',
    false,
    1,
    9000,
    24,
  ]);
});
