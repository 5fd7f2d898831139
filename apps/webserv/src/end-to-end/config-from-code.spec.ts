import { join } from 'node:path';
import { type MainBlock, type Running, StartError, serve } from '../index.ts';
import { fetchOnce, get } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

describe('a config from code', () => {
  const site = new TestSite();
  let running: Running | null = null;

  afterAll(async () => {
    await running?.close();
    await site.close();
  });

  it('is served', async () => {
    site.file('a "site"; {}/index.html', 'hello');
    running = serve({
      error_log: 'off',
      server: {
        listen: '127.0.0.1:0',
        access_log: 'off',
        location: {
          '/': { root: join(site.folder, 'a "site"; {}') },
          '/old': { redirection: [308, '/'] },
        },
      },
    });
    const port = Number(running.addresses[0]?.split(':').at(-1));
    const home = await fetchOnce(port, get('/'));
    expect(home).toMatchObject({ status: 200 });
    expect(String(home.body)).toBe('hello');
    expect(await fetchOnce(port, get('/old'))).toMatchObject({ status: 308 });
  });

  it('is refused with every problem at once', () => {
    const wrong = {
      sever: {},
      server: { listen: '127.0.0.1:0', location: { '/': { root: '/nowhere/at all' } } },
    };
    const start = () => serve(wrong as MainBlock);
    expect(start).toThrow(StartError);
    expect(start).toThrow(/did you mean "server"\?[\s\S]*there is no folder "\/nowhere\/at all"/);
  });
});
