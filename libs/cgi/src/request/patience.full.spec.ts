import { World } from '../testing/world.ts';

const HEAD = "printf 'Content-Type: text/plain\\n\\n'";

/** How long is waited for whom, by the clock: each time is so long that a busy machine does not make it shorter. */
describe('a script', () => {
  let world: World;

  beforeEach(() => {
    world = new World();
  });

  afterEach(async () => {
    expect(await world.close()).toEqual([]);
  });

  /** One script under `/s`, in a location of its own. */
  function script(timeoutMs: number, ...lines: string[]): void {
    world.sh('s', ...lines);
    world.location('/', ['s'], { timeoutMs });
  }

  describe('that rests too long', () => {
    it('is ended, and answered for by 504', async () => {
      script(150, 'sleep 100 & wait');
      const visit = await world.ask('GET', '/s');
      expect([visit.status, visit.place]).toEqual([504, 'cgi_timeout']);
      await world.quiet();
    });

    it('is killed where it does not want to end', async () => {
      script(100, 'trap "" TERM', 'while :; do sleep 100; done');
      const visit = await world.ask('GET', '/s');
      expect(visit.status).toBe(504);
      await world.quiet();
    });

    it('within its body is ended, and the body with it', async () => {
      script(1000, HEAD, 'echo hello', 'sleep 100');
      const visit = await world.ask('GET', '/s');
      expect([visit.status, visit.text, visit.failure]).toEqual([200, 'hello\n', 'cgi_timeout']);
      await world.quiet();
    });

    it('before it reads its body is ended', async () => {
      script(150, 'sleep 100');
      const visit = await world.ask('POST', '/s', [], Buffer.alloc(1_000_000));
      expect([visit.status, visit.place]).toEqual([504, 'cgi_timeout']);
      await world.quiet();
    });

    it('behind its output is ended', async () => {
      script(1000, HEAD, 'echo hello', 'exec >&- 2>&-', 'sleep 100');
      expect(await world.ask('GET', '/s')).toMatchObject({ text: 'hello\n', failure: '' });
      await world.quiet();
    });

    it('now and then is left alone: only time without progress counts', async () => {
      script(1500, HEAD, 'for i in 1 2 3 4 5 6; do sleep 0.3; echo $i; done');
      expect(await world.ask('GET', '/s')).toMatchObject({ text: '1\n2\n3\n4\n5\n6\n', failure: '' });
    });

    it('because its client rests is left alone', async () => {
      script(1000, 'cat > /dev/null', HEAD, 'echo done');
      const visit = world.visit('POST', '/s', ['Content-Length: 8']).send('half');
      // Longer than a script may be silent: another script that is silent shows it.
      world.sh('other', 'sleep 100');
      world.location('/o', ['other'], { timeoutMs: 1500 });
      expect((await world.ask('GET', '/o/other')).status).toBe(504);
      visit.send('half').finish();
      expect(await visit.done).toMatchObject({ status: 200, text: 'done\n' });
    });
  });

  describe('that leaves something behind', () => {
    it('which holds its output open is waited for a moment only', async () => {
      script(50_000, HEAD, 'echo hello', 'sleep 3 &');
      const visit = await world.ask('GET', '/s');
      expect(visit).toMatchObject({ text: 'hello\n', failure: '' });
    });

    it('which says nothing is answered for by 502', async () => {
      script(50_000, 'sleep 3 &');
      expect((await world.ask('GET', '/s')).status).toBe(502);
    });

    it('which goes on writing is heard to its end', async () => {
      script(50_000, HEAD, '(for i in 1 2 3; do sleep 0.05; echo $i; done) &');
      expect((await world.ask('GET', '/s')).text).toBe('1\n2\n3\n');
    });
  });
});
