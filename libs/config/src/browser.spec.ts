import { createContext, runInContext } from 'node:vm';
import { buildSync } from 'esbuild';

const PROGRAM = `
import { configText, effective, helpOn, loadText, memoryDisk, report } from '@webserv/config';

const disk = memoryDisk({ '/srv/index.html': '', '/etc/a.conf': 'location /a { redirection /; }' });
const load = (text) => {
  const result = loadText(text, '/etc/site.conf', disk);
  return result.ok ? effective(result.config, { defaults: false }) : report(result.diagnostics);
};
globalThis.right = load(configText({
  server: { listen: '[::1]:80', location: { '/': { root: '/srv' } }, include: '*.conf' },
}));
globalThis.wrong = load('server { lisen 80; location / { root ../srv; default_file none.html; } }');
globalThis.help = helpOn('listne').message;
`;

describe('in a browser', () => {
  it('a config is written, read and checked without a module of Node', () => {
    // A module of Node makes a build for a browser fail.
    const { outputFiles, metafile } = buildSync({
      stdin: { contents: PROGRAM, resolveDir: __dirname },
      bundle: true,
      platform: 'browser',
      target: 'es2023',
      format: 'iife',
      conditions: ['@webserv/source'],
      metafile: true,
      write: false,
      outdir: 'unused',
      logLevel: 'silent',
    });
    const inputs = Object.keys(metafile.inputs);
    expect(inputs.some((path) => path.endsWith('src/browser.ts'))).toBe(true);
    expect(inputs.filter((path) => /node-|^node:/.test(path.replace(/.*node_modules/, '')))).toEqual([]);
    // Two classes of the web platform are all that this context has: no require, process or Buffer.
    const page = createContext({ URL, TextEncoder });
    runInContext(outputFiles[0]?.text ?? '', page);
    const { right, wrong, help } = page as Record<string, string>;
    expect(right).toContain('  location /a {\n    redirection 301 /;');
    expect(right).toContain('  listen [::1]:80;');
    expect(wrong).toContain('did you mean "listen"?');
    expect(wrong).toContain('there is no file "/srv/none.html"');
    expect(help).toBe('there is no directive "listne"; did you mean "listen"?');
  });
});
