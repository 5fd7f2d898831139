import { memoryDisk } from '../disk/memory-disk.ts';
import { loadText } from '../load.ts';
import type { Config } from '../model/types.ts';
import { packConfig } from './pack.ts';
import { ConfigUnpacker } from './unpack.ts';

function config(text: string): Config {
  const result = loadText(text, '/a.conf', memoryDisk({ '/srv/': {}, '/srv/index.html': '' }));
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result.config;
}

function again(before: Config): Config {
  const unpacker = new ConfigUnpacker();
  let after: Config | null = null;
  for (const line of packConfig(before)) after = unpacker.take(line);
  if (after === null) throw new Error('no config');
  return after;
}

const TWO = `types { text/x-a a; }
server { listen 127.0.0.1:81; server_name a.test; root /srv; error 404 /srv/index.html; location / { compress gzip; } }
server { listen 127.0.0.1:82; root /srv; max_connect_per_address auto; location / { auto_index on; } }`;

describe('a config that is packed and unpacked', () => {
  it('is the same in all but the places of its values', () => {
    const before = config(TWO);
    const after = again(before);
    expect([...packConfig(after)]).toEqual([...packConfig(before)]);
    const [one] = before.servers;
    const [other] = after.servers;
    expect(other?.locations[0]?.compressTypes).toEqual(one?.locations[0]?.compressTypes);
    expect(other?.base.errors).toEqual(new Map([[404, { file: '/srv/index.html', script: null }]]));
    expect(other?.at).toEqual(one?.at);
  });

  it('shares what was shared', () => {
    const { servers } = again(config(TWO));
    expect(servers[0]?.types).toBe(servers[1]?.types);
    expect(servers[0]?.base.types).toBe(servers[0]?.types);
  });

  it('counts together what one rate_limit says, and nothing else', () => {
    const block = (port: number) =>
      `server { listen 127.0.0.1:${port}; root /srv; rate_limit 1/m; location / { } location /a { } location /b { rate_limit 1/m; } }`;
    for (const { servers } of [config(block(81) + block(82)), again(config(block(81) + block(82)))]) {
      const limits = servers.flatMap(({ locations }) => locations.map(({ guard }) => guard?.rateLimit));
      expect(limits).toHaveLength(6);
      expect(new Set(limits).size).toBe(4);
    }
  });

  it('knows where an address is written', () => {
    const { servers } = again(config(TWO));
    expect(servers[1]?.origins.get('listen 127.0.0.1:82')?.at).toMatchObject({ line: 3, column: 10 });
    expect(servers[1]?.origins.get('root')).toBeUndefined();
  });

  it('keeps networks', () => {
    const text = 'server { listen 127.0.0.1:81; root /srv; deny 10.0.0.0/9; allow unix:; location / { } }';
    const rules = (of: Config) => of.servers[0]?.locations[0]?.guard?.access;
    expect(rules(again(config(text)))).toStrictEqual(rules(config(text)));
  });

  it('keeps numbers that JSON lacks, and patterns', () => {
    const before: Config = { ...config(TWO), memoryLimit: Number.POSITIVE_INFINITY };
    const odd: Config = Object.assign(before, { odd: /^\/a$/iu });
    expect(again(odd)).toMatchObject({ memoryLimit: Number.POSITIVE_INFINITY, odd: /^\/a$/iu });
  });
});
