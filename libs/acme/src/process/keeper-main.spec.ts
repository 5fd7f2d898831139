import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { keeperMain } from './keeper-main.ts';

describe('keeperMain', () => {
  it('works at the job of its first line until its input ends', async () => {
    const store = mkdtempSync(join(tmpdir(), 'webserv-acme-'));
    const input = new PassThrough();
    const job = {
      email: 'me@a.test',
      directory: 'http://127.0.0.1:1/',
      store,
      certificates: [],
    };
    const done = keeperMain(input, () => {});
    const text = `${JSON.stringify(job)}\n`;
    input.write(text.slice(0, 20));
    input.end(text.slice(20));
    await done;
    expect(readdirSync(store).sort()).toEqual(['accounts', 'certificates', 'challenges']);
    rmSync(store, { recursive: true });
  });

  it('reports an authority that cannot be reached', async () => {
    const store = mkdtempSync(join(tmpdir(), 'webserv-acme-'));
    const input = new PassThrough();
    const certificates = [{ name: 'a.test', names: ['a.test'], challenges: ['http-01'] }];
    // Port 1 of loopback refuses.
    const job = {
      email: 'me@a.test',
      directory: 'http://127.0.0.1:1/',
      store,
      certificates,
    };
    input.write(`${JSON.stringify(job)}\n`);
    const line = await new Promise<string>((resolve) => {
      void keeperMain(input, resolve).then(() => rmSync(store, { recursive: true }));
    });
    input.end();
    expect(JSON.parse(line)).toMatchObject({ event: 'failed', name: 'a.test' });
  });

  it('ends without a job', async () => {
    const input = new PassThrough();
    input.end('{');
    await keeperMain(input, () => {});
  });
});
