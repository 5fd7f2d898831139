import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';

describe('README.md', () => {
  it('has an echo server of under 30 lines that runs', async () => {
    const text = fs.readFileSync(path.join(__dirname, '..', 'README.md'), 'utf8');
    const example = /```ts\n([^`]*)```/.exec(text)?.[1] as string;
    expect(example.trim().split('\n').length).toBeLessThan(30);
    expect(example).toContain('port: 7007');
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'webserv-readme-'));
    const outfile = path.join(folder, 'echo.cjs');
    const tell = 'console.log(JSON.stringify(loop.driver.addressOf(server.fd)));';
    buildSync({
      stdin: {
        contents: example.replace('port: 7007', 'port: 0') + tell,
        loader: 'ts',
        resolveDir: __dirname,
      },
      alias: { '@webserv/event-loop': path.join(__dirname, 'index.ts') },
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: ['koffi'],
      outfile,
      logLevel: 'error',
    });
    const NODE_PATH = (/^.*node_modules(?=.esbuild)/.exec(require.resolve('esbuild')) as RegExpExecArray)[0];
    const server = spawn(process.execPath, [outfile], { env: { ...process.env, NODE_PATH } });
    try {
      const [line] = (await once(server.stdout, 'data')) as [Buffer];
      const { port } = JSON.parse(line.toString()) as { port: number };
      const socket = net.connect(port, '127.0.0.1');
      for (const word of ['hello', 'again']) {
        socket.write(word);
        const [answer] = (await once(socket, 'data')) as [Buffer];
        expect(answer.toString()).toBe(word);
      }
      socket.end();
      await once(socket, 'close');
    } finally {
      server.kill('SIGKILL');
      await once(server, 'close');
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });
});
