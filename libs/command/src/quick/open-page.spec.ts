import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderWith } from '../testing/folder.ts';
import { openPage } from './open-page.ts';

const NAME = process.platform === 'darwin' ? 'open' : 'xdg-open';
const URL = 'http://127.0.0.1:8080/?a=1&b=$(touch oops)';

describe('openPage', () => {
  it('gives the URL to the program of the desktop, and to no shell', async () => {
    const { path, remove } = folderWith({
      [NAME]: '#!/bin/sh\nprintf %s "$1" > "$OUT.new"; mv "$OUT.new" "$OUT"\n',
    });
    chmodSync(join(path, NAME), 0o755);
    const out = join(path, 'out');
    expect(openPage(URL, { PATH: `${path}:/bin:/usr/bin`, OUT: out })).toBe('');
    while (!existsSync(out)) await new Promise((done) => setTimeout(done, 5));
    expect(readFileSync(out, 'utf8')).toBe(URL);
    remove();
  });

  it('says that there is none', () => {
    expect(openPage(URL, { PATH: '/nonexistent' })).toBe(`there is no ${NAME} to open the browser with`);
  });
});
