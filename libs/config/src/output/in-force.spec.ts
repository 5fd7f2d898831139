import { memoryDisk } from '../disk/memory-disk.ts';
import { loadText } from '../load.ts';
import { inForce } from './in-force.ts';

function textsIn(config: string): string[] {
  const result = loadText(config, '/site.conf', memoryDisk({ '/srv/x': '' }));
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  const [server] = result.config.servers;
  const location = server?.locations.find(({ prefix }) => prefix === '/a');
  if (server === undefined || location === undefined) throw new Error('no /a');
  return inForce(server, location).map(({ text }) => text);
}

it('tells each line of a directive that stands several times', () => {
  const texts = textsIn(
    'server { listen 127.0.0.1:8080; root /srv; location / { } location /a { allow 10.0.0.0/8; allow ::1; deny all; } }',
  );
  expect(texts.filter((text) => /^(allow|deny)/.test(text))).toEqual([
    'allow 10.0.0.0/8;',
    'allow ::1;',
    'deny all;',
  ]);
});

it('tells a directive of the server where the location has none of its own', () => {
  const texts = textsIn(
    'server { listen 127.0.0.1:8080; root /srv; location / { } min_rate 1k; location /a { body_size 5; } }',
  );
  expect(texts).toEqual(expect.arrayContaining(['min_rate 1k;', 'body_size 5;']));
});
