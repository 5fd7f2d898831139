import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './testing/until.ts';
import { written } from './testing/visit.ts';
import { World } from './testing/world.ts';

/** How scripts run in a world. */
export interface Way {
  /** The part of a rule behind its extension: '' for scripts that run by themselves. */
  readonly runner: string;
  close(): Promise<void>;
}

const HEAD = "printf 'Content-Type: text/plain\\n\\n'";

/** What a client sees of a script is the same, whoever runs it. */
export function runContract(name: string, open: (world: World) => Promise<Way>): void {
  describe(`the contract of runs: ${name}`, () => {
    let world: World;
    let way: Way;

    beforeEach(async () => {
      world = new World();
      way = await open(world);
      serve();
    });

    afterEach(async () => {
      await way.close();
      expect(await world.close()).toEqual([]);
    });

    function serve(patch: { timeoutMs?: number; cgiSpool?: number; runs?: number } = {}): void {
      world.location('/', [`.sh ${way.runner}`.trim()], patch);
    }

    it('carries status, fields and body', async () => {
      world.sh('a.sh', "printf 'Status: 418 Tea\\nX-Own: yes\\nContent-Type: text/plain\\n\\nhot'");
      const { status, reason, text, header } = await world.ask('GET', '/a.sh');
      expect([status, reason, text]).toEqual([418, 'Tea', 'hot']);
      expect(header.call(await world.ask('GET', '/a.sh'), 'X-Own')).toBe('yes');
    });

    it('runs a mounted script for every path of its location', async () => {
      const names = ['SCRIPT_NAME', 'PATH_INFO', 'PATH_TRANSLATED', 'REQUEST_URI', 'OWN'];
      const mount = world.sh('hidden/tool.sh', HEAD, ...names.map((each) => `echo "$${each}"`));
      const lines = async (target: string): Promise<string[]> => {
        const { status, text } = await world.ask('GET', target);
        return [String(status), ...text.split('\n').slice(0, -1)];
      };
      const rules = [`.sh ${way.runner}`.trim()];
      const env = [['OWN', 'own']] as const;
      world.location('/git', rules, { mount, root: '/srv/git', env });
      expect(await lines('/git/a.git/info%20refs?x=1')).toEqual([
        '200',
        '/git',
        '/a.git/info refs',
        '/srv/git/a.git/info refs',
        '/git/a.git/info%20refs?x=1',
        'own',
      ]);
      expect(await lines('/git')).toEqual(['200', '/git', '', '', '/git', 'own']);
      expect((await lines('/git/%0a'))[0]).toBe('404');
    });

    it('gives the script its variables', async () => {
      const names = [
        'REQUEST_METHOD',
        'SCRIPT_NAME',
        'PATH_INFO',
        'QUERY_STRING',
        'CONTENT_LENGTH',
        'HTTP_X_OWN',
      ];
      world.sh('env.sh', HEAD, ...names.map((each) => `echo "$${each}"`));
      const asked = await world.ask('POST', '/env.sh/a/b?q=1', ['X-Own: own'], 'body');
      expect(asked.text.trim().split('\n')).toEqual(['POST', '/env.sh', '/a/b', 'q=1', '4', 'own']);
    });

    it.each([0, 1, 65_528, 65_536, 300_000])('brings a body of %d bytes in, and back', async (size) => {
      world.sh('cat.sh', "printf 'Content-Type: application/x\\n\\n'", 'cat');
      const body = randomBytes(size);
      const { body: got } = await world.ask('POST', '/cat.sh', size === 0 ? ['Content-Length: 0'] : [], body);
      expect(got.equals(body)).toBe(true);
    });

    it('brings in what came in chunks, with its length', async () => {
      world.sh('cat.sh', HEAD, 'echo "$CONTENT_LENGTH"; cat');
      const asked = await world.ask('POST', '/cat.sh', ['Transfer-Encoding: chunked'], 'chunked body');
      expect(asked.text).toBe('12\nchunked body');
    });

    it('answers with the length of a short output', async () => {
      world.sh('short.sh', HEAD, 'echo short');
      // A busy system may need longer for the end of the script than the answer waits.
      let asked = await world.ask('GET', '/short.sh');
      while (asked.length < 0) asked = await world.ask('GET', '/short.sh');
      expect([asked.length, asked.text]).toEqual([6, 'short\n']);
    });

    it('does not need a script to read its body', async () => {
      world.sh('deaf.sh', HEAD, 'echo deaf');
      const asked = await world.ask('POST', '/deaf.sh', [], randomBytes(1 << 20));
      expect([asked.status, asked.text, asked.failure]).toEqual([200, 'deaf\n', '']);
    });

    it('brings a large output to a reader that takes its time', async () => {
      world.sh('large.sh', HEAD, 'head -c 3000000 /dev/zero');
      const visit = world.visit('GET', '/large.sh').finish();
      visit.eager = false;
      await visit.replied;
      for (let piece = 0; piece < 5; piece++) await visit.next();
      visit.eager = true;
      visit.pull();
      expect((await visit.done).body.length).toBe(3_000_000);
    });

    it('holds a script back when no more may wait', async () => {
      serve({ cgiSpool: 0 });
      world.sh('large.sh', HEAD, 'head -c 3000000 /dev/zero; echo done >&2');
      const visit = world.visit('GET', '/large.sh').finish();
      visit.eager = false;
      await visit.replied;
      await visit.next();
      expect(world.lines).toEqual([]);
      visit.eager = true;
      visit.pull();
      expect((await visit.done).body.length).toBe(3_000_000);
    });

    it('HEAD has the length and no body', async () => {
      world.sh('a.sh', "printf 'Content-Length: 5\\nContent-Type: text/plain\\n\\n12345'");
      const { kind, length } = await world.ask('HEAD', '/a.sh');
      expect([kind, length]).toEqual(['unsent', 5]);
    });

    it('follows a local redirection', async () => {
      world.sh('here.sh', "printf 'Location: /there.sh?x\\n\\n'");
      world.sh('there.sh', HEAD, 'echo "there $QUERY_STRING"');
      expect((await world.ask('GET', '/here.sh')).text).toBe('there x\n');
    });

    it('brings lines on stderr to the log', async () => {
      world.sh('says.sh', 'echo "one line" >&2', HEAD);
      await world.ask('GET', '/says.sh');
      await until(() => world.lines.length > 0);
      expect(world.lines).toEqual(['says.sh: one line']);
    });

    it.each([
      ['no output', ['exit 0']],
      ['no head', ["echo 'no head'"]],
      ['a malformed status', ["printf 'Status: x\\n\\n'"]],
    ])('answers 502 to %s', async (_, lines) => {
      world.sh('bad.sh', ...lines);
      expect((await world.ask('GET', '/bad.sh')).status).toBe(502);
    });

    it('cuts a body that is shorter than its Content-Length', async () => {
      world.sh('short.sh', "printf 'Content-Length: 100\\nContent-Type: text/plain\\n\\nshort'");
      const { status, text, failure } = await world.ask('GET', '/short.sh');
      expect([status, text, failure]).toEqual([200, 'short', 'script ended before its Content-Length']);
    });

    it('answers 504 to a script that says nothing in its time, and ends it', async () => {
      serve({ timeoutMs: 100 });
      world.sh('rests.sh', 'exec sleep 100');
      expect((await world.ask('GET', '/rests.sh')).status).toBe(504);
      await world.quiet();
    });

    it('cuts what rests in the middle of its body', async () => {
      serve({ timeoutMs: 200 });
      world.sh('rests.sh', HEAD, 'echo some', 'exec sleep 100');
      const { status, text, failure } = await world.ask('GET', '/rests.sh');
      expect([status, text, failure]).toEqual([200, 'some\n', 'cgi_timeout']);
      await world.quiet();
    });

    it('tells a script by TERM that its client has gone', async () => {
      const [here, gone] = [join(world.root, 'here'), join(world.root, 'gone')];
      world.sh(
        'works.sh',
        `trap 'touch ${gone}; exit' TERM`,
        `touch ${here}`,
        'while :; do sleep 0.01; done',
      );
      const visit = world.visit('GET', '/works.sh').finish();
      await until(() => existsSync(here));
      visit.leave();
      await world.quiet();
      await until(() => existsSync(gone));
      expect(written(gone)).toBe('');
    });

    describe('is recorded', () => {
      beforeEach(() => {
        world.runner.recorder.enabled = true;
      });

      const runs = () => world.runner.recorder.list();

      it('with its request, its times, its end and its last lines', async () => {
        world.sh('a.sh', 'echo "a complaint" >&2', HEAD, 'echo hello', 'exit 3');
        await world.ask('POST', '/a.sh?q=1&token=abc', ['Cookie: id=hidden', 'X-Own: own'], 'body');
        await world.quiet();
        const [run] = runs();
        const found = world.runner.recorder.find(run?.id ?? '');
        expect(found).toMatchObject({
          location: '/',
          client: '192.0.2.1',
          request: 'POST /a.sh?q=1&token=***',
          status: 200,
          bytes: 6,
          end: 'exit 3',
          cause: '',
        });
        expect(found?.script).toMatch(/a\.sh$/);
        const {
          bodyMs = -1,
          waitMs = -1,
          headMs = -1,
          answerMs = -1,
          exitMs = -1,
          overMs = -1,
        } = found ?? {};
        for (const ms of [bodyMs, waitMs, headMs, answerMs, exitMs, overMs])
          expect(ms).toBeGreaterThanOrEqual(0);
        expect(answerMs).toBeGreaterThanOrEqual(headMs);
        expect(found?.environment).toEqual(
          expect.arrayContaining(['HTTP_X_OWN=own', 'HTTP_COOKIE=***', 'QUERY_STRING=q=1&token=***']),
        );
        await until(() => world.runner.recorder.find(run?.id ?? '')?.stderr.length === 1);
        expect(world.runner.recorder.find(run?.id ?? '')?.stderr).toEqual(['a complaint']);
      });

      it('by what its request got, and why', async () => {
        serve();
        world.sh('bad.sh', 'exit 0');
        world.sh('rests.sh', 'exec sleep 100');
        await world.ask('GET', '/bad.sh');
        serve({ timeoutMs: 100 });
        await world.ask('GET', '/rests.sh');
        await world.quiet();
        expect(runs().map(({ status, cause }) => [status, cause])).toEqual([
          [504, 'cgi_timeout'],
          [502, "script's head: no output"],
        ]);
        expect(runs().map(({ end }) => end)).not.toContain('running');
      });

      it('while its location keeps as many', async () => {
        world.sh('a.sh', HEAD, 'echo "$QUERY_STRING"');
        for (const name of ['1', '2', '3', '4']) await world.ask('GET', `/a.sh?n=${name}`);
        expect(runs().map(({ request }) => request)).toEqual([4, 3, 2].map((n) => `GET /a.sh?n=${n}`));
        expect(world.memory.bytes).toBeGreaterThanOrEqual(world.runner.recorder.bytes);
        serve({ runs: 0 });
        await world.ask('GET', '/a.sh?n=5');
        expect(runs().length).toBe(3);
      });

      it('and says so of a client that has gone', async () => {
        world.sh('works.sh', HEAD, 'while :; do echo more; sleep 0.01; done');
        const visit = world.visit('GET', '/works.sh').finish();
        await visit.replied;
        visit.leave();
        await world.quiet();
        expect(runs()).toMatchObject([{ status: 200, cause: 'the client has gone' }]);
      });
    });
  });
}
