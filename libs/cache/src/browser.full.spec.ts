import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { buildSync } from 'esbuild';

it('runs in a browser, where nothing of Node is', () => {
  const { outputFiles } = buildSync({
    entryPoints: [join(__dirname, 'index.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'library',
    platform: 'browser',
  });
  const use = `
    const gone = [];
    const cache = new library.StaticCache({ maxBytes: 4096, onEvict: (value, why) => gone.push([value, why]) });
    const stamp = { mtimeMs: 1, size: 1, ino: 1 };
    for (let n = 0; n < 20; n++) {
      const entry = { key: 'k' + n, value: n, bytes: 400, path: '/' + n, stamp, pinned: false };
      cache.put(entry, cache.begin(), 0);
    }
    cache.dropPath('/19');
    JSON.stringify([cache.stats.bytes <= 4096, cache.get('k19', 1) === undefined, gone.length > 10]);`;
  expect(runInContext(`${outputFiles[0]?.text}${use}`, createContext({}))).toBe('[true,true,true]');
});
