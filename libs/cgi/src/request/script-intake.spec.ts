import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ledger } from '@webserv/methods';
import type { Visit } from '../testing/visit.ts';
import { written } from '../testing/visit.ts';
import { turn, World } from '../testing/world.ts';

const CHUNKED = ['Transfer-Encoding: chunked'];
const HEAD = "printf 'Content-Type: text/plain\\n\\n'";

function hash(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('a script', () => {
  let world: World;

  beforeEach(() => {
    world = new World();
  });

  afterEach(async () => {
    expect(await world.close()).toEqual([]);
  });

  /** One script under `/s`, in a location of its own. */
  function script(...lines: string[]): void {
    world.sh('s', ...lines);
    world.location('/', ['s'], { timeoutMs: 50_000 });
  }

  describe('answers', () => {
    it('a document, streamed, with its fields', async () => {
      script(
        'echo "Content-Type: text/plain"',
        'echo "Set-Cookie: a=1"',
        'echo "Set-Cookie: b=2"',
        'echo',
        'echo hello',
      );
      const visit = await world.ask('GET', '/s');
      expect(visit).toMatchObject({ status: 200, kind: 'stream', text: 'hello\n', failure: '' });
      expect(visit.headers).toEqual([
        ['Content-Type', 'text/plain'],
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
      ]);
    });

    it('a short document with its length, where the script has ended in time', async () => {
      script("printf 'Content-Type: text/plain\\n\\nhello'");
      const lengths = new Set<number>();
      // Whether the script ends in time is the system's to say; that it never does would be a bug.
      while (!lengths.has(5)) {
        const visit = await world.ask('GET', '/s');
        expect(visit).toMatchObject({ status: 200, text: 'hello', failure: '' });
        lengths.add(visit.length);
      }
      lengths.delete(-1);
      expect([...lengths]).toEqual([5]);
    });

    it('what comes later is sent later, in order and whole, and its length is not told', async () => {
      const big = 'x'.repeat(70_000);
      script(
        "printf 'Content-Type: text/plain\\n\\nfirst '",
        'sleep 0.05',
        `printf '%s' ${JSON.stringify(big)}`,
        'sleep 0.05',
        'printf last',
      );
      const visit = await world.ask('GET', '/s');
      expect(visit).toMatchObject({ status: 200, length: -1, failure: '' });
      expect(visit.text).toBe(`first ${big}last`);
    });

    it('a script that a signal ends behind its output is cut, though all of it was there', async () => {
      script("printf 'Content-Type: text/plain\\n\\nhello'", 'kill -SEGV $$');
      const visit = await world.ask('GET', '/s');
      expect(visit).toMatchObject({
        status: 200,
        length: -1,
        text: 'hello',
        failure: 'script was ended by a signal',
      });
    });

    it('with a status and a length of its own', async () => {
      script(
        "printf 'Status: 418 I am a teapot\\r\\nContent-Type: a/b\\r\\nContent-Length: 5\\r\\n\\r\\nhello'",
      );
      expect(await world.ask('GET', '/s')).toMatchObject({
        status: 418,
        reason: 'I am a teapot',
        length: 5,
        text: 'hello',
        headers: [['Content-Type', 'a/b']],
      });
    });

    it('without a body', async () => {
      script("printf 'Content-Type: a/b\\n\\n'");
      expect(await world.ask('GET', '/s')).toMatchObject({ status: 200, text: '', failure: '' });
    });

    it('to HEAD with its fields alone, and is told that it was HEAD', async () => {
      script(
        'echo "X-Method: $REQUEST_METHOD"',
        'echo "Content-Length: 6"',
        'echo "Content-Type: a/b"',
        'echo',
        'echo hello',
        `echo ended > ${join(world.root, 'ended')}`,
      );
      const visit = await world.ask('HEAD', '/s');
      expect(visit).toMatchObject({ status: 200, kind: 'unsent', length: 6, text: '' });
      expect(visit.header('X-Method')).toBe('HEAD');
      // It was not cut off while it wrote what nobody reads.
      await world.quiet();
      expect(written(join(world.root, 'ended'))).toBe('ended\n');
    });

    it.each([204, 304])('%d, which has no body whatever the script writes', async (status) => {
      script(`printf 'Status: ${status}\\nX-A: 1\\n\\nbody'`);
      expect(await world.ask('GET', '/s')).toMatchObject({ status, kind: 'unsent', text: '' });
    });

    it('in its own folder, with its own group, and nothing of the server’s open but three pipes', async () => {
      script(HEAD, 'pwd -P', 'ps -o pgid= -p $$ | tr -d " "', 'echo $$');
      const [folder, group, pid] = (await world.ask('GET', '/s')).text.split('\n');
      expect(folder).toBe(world.root);
      expect(group).toBe(pid);
    });

    it('what it was asked: path, query, fields, words', async () => {
      script(
        HEAD,
        'echo "$SCRIPT_NAME|$PATH_INFO|$PATH_TRANSLATED|$QUERY_STRING|$HTTP_X_A|$REMOTE_ADDR|$SERVER_NAME|$SERVER_PORT|$*"',
      );
      const { text } = await world.ask('GET', '/s/in%20fo?one+two', ['X-A: b']);
      expect(text).toBe(`/s|/in fo|${world.root}/in fo|one+two|b|192.0.2.1|localhost|8080|one two\n`);
    });

    it('by an interpreter', async () => {
      world.file('page.x', 'printf "Content-Type: a/b\\n\\n"; echo "$0|$SCRIPT_NAME|$PATH_INFO|$*"', 0o644);
      world.location('/', ['.x /bin/sh']);
      const { text } = await world.ask('GET', '/page.x/info?word');
      expect(text).toBe(`${world.root}/page.x|/page.x|/info|word\n`);
    });

    it('only where it is named: else GET serves the default file', async () => {
      world.file('index.html', 'the default file', 0o644);
      world.file('two/index.html', 'of the other root', 0o644);
      world.sh('two/cgi.sh', HEAD, 'echo two');
      world.sh('cgi.sh', HEAD, 'echo one');
      world.location('/cgi_1', ['cgi.sh']);
      world.location('/cgi_2', ['cgi.sh'], { root: join(world.root, 'two') });
      const texts = await Promise.all(
        ['/cgi_1/', '/cgi_2/', '/cgi_1/cgi.sh', '/cgi_2/cgi.sh/x'].map(
          async (path) => (await world.ask('GET', path)).text,
        ),
      );
      expect(texts).toEqual(['the default file', 'of the other root', 'one\n', 'two\n']);
    });

    it('DELETE where the location allows it', async () => {
      script(HEAD, 'echo $REQUEST_METHOD');
      expect((await world.ask('DELETE', '/s')).text).toBe('DELETE\n');
    });

    it('as it writes: each piece comes before the next is written', async () => {
      const gate = join(world.root, 'gate');
      script(HEAD, 'echo one', `while [ ! -e ${gate} ]; do sleep 0.01; done`, 'echo two');
      const visit = world.visit('GET', '/s').finish();
      visit.eager = false;
      await visit.replied;
      await visit.next();
      expect(visit.text).toBe('one\n');
      world.file('gate', '');
      await visit.next();
      expect(visit.text).toBe('one\ntwo\n');
      await visit.next();
      expect((await visit.done).failure).toBe('');
    });

    it('as fast as it writes, however slowly it is read: what is ahead of the reader is put aside', async () => {
      const body = randomBytes(2_000_000);
      world.file('body', body.toString('latin1'), 0o644);
      script(HEAD, 'exec cat body');
      const visit = world.visit('GET', '/s').finish();
      visit.eager = false;
      await visit.replied;
      await visit.next();
      // The child has ended, and its reader has hardly begun.
      await world.quiet();
      expect(visit.body.length).toBeLessThan(200_000);
      expect(world.ledger.bytes).toBeGreaterThan(1_500_000);
      visit.eager = true;
      visit.pull();
      expect((await visit.done).failure).toBe('');
      expect(hash(visit.body)).toBe(hash(readFileSync(join(world.root, 'body'))));
      await turn();
      expect([world.ledger.bytes, world.memory.bytes]).toEqual([0, 0]);
    });

    it.each([
      ['0 bytes on the disk', 0, Number.MAX_SAFE_INTEGER],
      ['300,000 bytes on the disk', 300_000, Number.MAX_SAFE_INTEGER],
      ['300,000 bytes of temp_disk', 64 << 20, 300_000],
    ])('no faster than it is read where %s are all that may be put aside', async (_what, cgiSpool, disk) => {
      const mark = join(world.root, 'mark');
      const body = randomBytes(1_000_000).toString('latin1');
      world.file('body', body, 0o644);
      world.sh('s', HEAD, 'cat body body', `echo passed > ${mark}`, 'cat body');
      world.location('/', ['s'], { cgiSpool });
      world.ledger = new Ledger(1, disk);
      const visit = world.visit('GET', '/s').finish();
      visit.eager = false;
      await visit.replied;
      await visit.next();
      for (let count = 0; count < 100; count++) await turn();
      expect(existsSync(mark)).toBe(false);
      expect(world.ledger.bytes).toBeLessThanOrEqual(300_000);
      // One that pauses for long has what is put aside, too, and in order.
      for (let count = 0; count < 40; count++) {
        await visit.next();
        for (let each = 0; each < 3; each++) await turn();
      }
      visit.eager = true;
      visit.pull();
      await visit.done;
      expect(hash(visit.body)).toBe(
        hash(Buffer.concat(Array(3).fill(readFileSync(join(world.root, 'body'))))),
      );
      expect(written(mark)).toBe('passed\n');
      await world.quiet();
      expect(world.ledger.bytes).toBe(0);
    });

    it('all that it has announced and nothing more, though it writes more ahead of its reader', async () => {
      script("printf 'Content-Type: a/b\\nContent-Length: 300000\\n\\n'", 'head -c 900000 /dev/zero');
      const visit = world.visit('GET', '/s').finish();
      visit.eager = false;
      await visit.replied;
      await world.quiet();
      visit.eager = true;
      visit.pull();
      expect((await visit.done).body).toHaveLength(300_000);
      expect(visit.failure).toBe('');
    });

    it('what came before a failure, and then the failure', async () => {
      script(HEAD, 'head -c 500000 /dev/zero', 'kill -KILL $$');
      const visit = world.visit('GET', '/s').finish();
      visit.eager = false;
      await visit.replied;
      await world.quiet();
      visit.eager = true;
      visit.pull();
      expect((await visit.done).body).toHaveLength(500_000);
      expect(visit.failure).toBe('script was ended by a signal');
    });
  });

  describe('reads its body', () => {
    const ECHO = ['cat > body', HEAD, 'printf "%s|" "$CONTENT_LENGTH"', 'cat body'];

    it.each([
      ['of known length', [], 'some\nbody\n'],
      ['of unknown length', CHUNKED, 'some\nbody\n'],
      ['of unknown length, which is none in the end', CHUNKED, ''],
    ])('%s', async (_what, fields, body) => {
      script(...ECHO);
      expect((await world.ask('POST', '/s', fields, body)).text).toBe(`${body.length}|${body}`);
    });

    it('and its end, where there is none', async () => {
      script(...ECHO);
      expect((await world.ask('POST', '/s', ['Content-Length: 0'])).text).toBe('0|');
      expect((await world.ask('GET', '/s')).text).toBe('|');
    });

    it.each([
      ['as it comes', []],
      ['put aside until its length is known', CHUNKED],
    ])('of 5 MiB, %s', async (_what, fields) => {
      const body = randomBytes(5 << 20);
      script('cat > body', HEAD, 'echo "$CONTENT_LENGTH"');
      expect((await world.ask('POST', '/s', fields, body)).text).toBe(`${body.length}\n`);
      expect(hash(readFileSync(join(world.root, 'body')))).toBe(hash(body));
    });

    it('of unknown length in thousands of small pieces, whole and in order', async () => {
      const body = randomBytes(600_000);
      script('cat > body', HEAD, 'echo "$CONTENT_LENGTH"');
      const visit = world.visit('POST', '/s', CHUNKED);
      for (let at = 0; at < body.length; at += 101) visit.send(body.subarray(at, at + 101));
      expect((await visit.finish().done).text).toBe('600000\n');
      expect(hash(readFileSync(join(world.root, 'body')))).toBe(hash(body));
    });

    it.each([
      ['known', ['Content-Length: 100001']],
      ['not known', CHUNKED],
    ])('which starts the script only when it is whole, its length being %s', async (_what, fields) => {
      script(...ECHO);
      const visit = world.visit('POST', '/s', fields).send('a'.repeat(100_000));
      for (let count = 0; count < 20; count++) await turn();
      expect(world.runner.children).toBe(0);
      visit.send('b').finish();
      expect((await visit.done).text).toHaveLength('100001|'.length + 100_001);
    });

    it('which is taken in while it waits for its turn, whatever the script does with it', async () => {
      const gate = join(world.root, 'gate');
      script(`while [ ! -e ${gate} ]; do sleep 0.01; done`, 'wc -c > count', HEAD, 'cat count');
      const visit = world
        .visit('POST', '/s', ['Content-Length: 3000000'])
        .send(Buffer.alloc(3_000_000))
        .finish();
      while (visit.given < 3_000_000) await turn();
      // A slab of it in memory, the rest on the disk.
      expect(world.memory.bytes).toBeLessThan(200_000);
      world.file('gate', '');
      expect(Number((await visit.done).text)).toBe(3_000_000);
    });

    it('which holds no more memory than has come of it', async () => {
      script(...ECHO);
      const visits = Array.from({ length: 50 }, () => world.visit('POST', '/s', ['Content-Length: 100000']));
      expect(world.memory.bytes).toBe(0);
      for (const visit of visits) visit.send('a');
      expect([world.memory.bytes, world.runner.children]).toEqual([50 * 4096, 0]);
      for (const visit of visits) visit.leave();
      expect(world.memory.bytes).toBe(0);
    });

    it('from the disk, where memory is short', async () => {
      const body = randomBytes(100_000);
      script(HEAD, 'exec cat');
      world.memory.add(world.memory.limit);
      const visit = await world.ask('POST', '/s', [], body);
      expect(hash(visit.body)).toBe(hash(body));
    });

    it('while it answers: what it does not read yet is put aside', async () => {
      const body = randomBytes(3 << 20);
      script(HEAD, 'exec cat');
      const visit = await world.ask('POST', '/s', [], body);
      expect(hash(visit.body)).toBe(hash(body));
    });

    it('not at all, and answers all the same', async () => {
      script(HEAD, 'echo not interested');
      const visit = await world.ask('POST', '/s', [], Buffer.alloc(3_000_000));
      expect(visit).toMatchObject({ status: 200, text: 'not interested\n' });
    });

    it('in part, closes it, and answers all the same', async () => {
      script('head -c 10 > /dev/null', 'exec <&-', HEAD, 'echo enough', 'sleep 0.05', 'echo indeed');
      expect((await world.ask('POST', '/s', [], Buffer.alloc(3_000_000))).text).toBe('enough\nindeed\n');
    });

    it('and is answered for by 500 where it cannot be put aside', async () => {
      const other = new World({}, { spoolFolder: join(world.folder, 'not-there') });
      other.sh('s', HEAD);
      other.location('/', ['s']);
      const visit = await other.ask('POST', '/s', CHUNKED, Buffer.alloc(100_000));
      expect([visit.status, visit.place]).toEqual([500, 'open spool file']);
      expect(await other.close()).toEqual([]);
    });
  });

  describe('that is put aside counts', () => {
    const size = 200_000;
    // The slab's bytes stay in memory; pieces of one receive are put aside whole.
    const PUT_ASIDE = size - 65_536;

    it.each([
      ['one under what may be', 1, 200],
      ['at what may be', 0, 200],
      ['one over', -1, 503],
    ])('%s', async (_name, spare, status) => {
      script(HEAD, 'cat > /dev/null', 'echo read');
      world.ledger = new Ledger(1, PUT_ASIDE + spare);
      const visit = await world.ask('POST', '/s', CHUNKED, Buffer.alloc(size));
      expect(visit.status).toBe(status);
      if (status === 503) {
        expect(visit.place).toBe('temp_disk');
        expect(visit.headers).toContainEqual(['Retry-After', '1']);
      }
      await world.quiet();
      expect(world.ledger.bytes).toBe(0);
    });
  });

  describe('that fails is answered for', () => {
    it.each([
      ['nothing', ['exit 0'], "script's head: no output"],
      ['nothing, and a bad end', ['exit 3'], "script's head: no output"],
      ['a crash', ['kill -SEGV $$'], "script's head: no output"],
      [
        'a crash within the head',
        ['echo "Content-Type: a/b"', 'kill -SEGV $$'],
        "script's head: not ended by an empty line",
      ],
      ['no head', ['echo hello'], "script's head: a line without a colon"],
      [
        'too much of a head',
        ['echo "Content-Type: a/b"', 'head -c 70000 /dev/zero | tr "\\0" x', 'sleep 100'],
        "script's head: too large",
      ],
      [
        'a head without any CGI field',
        ['echo "X-A: 1"', 'echo'],
        "script's head: neither Content-Type nor Location nor Status",
      ],
      ['no interpreter', null, 'run script'],
    ])('by 502: %s', async (_what, lines, place) => {
      if (lines === null) world.file('s', '#!/nowhere/sh\n');
      else world.sh('s', ...lines);
      world.location('/', ['s']);
      const visit = await world.ask('GET', '/s');
      expect([visit.status, visit.place]).toEqual([502, place]);
      await world.quiet();
    });

    it('by 403 where it may not be run', async () => {
      world.file('s', '#!/bin/sh\n', 0o644);
      world.location('/', ['s']);
      expect((await world.ask('GET', '/s')).status).toBe(403);
      expect(await world.ask('HEAD', '/s')).toMatchObject({ status: 403, kind: 'unsent' });
    });

    it('by 502 with its body unread', async () => {
      script('exit 1');
      expect((await world.ask('POST', '/s', [], Buffer.alloc(1_000_000))).status).toBe(502);
    });

    it('by a cut where it writes less than it has announced', async () => {
      script("printf 'Content-Type: a/b\\nContent-Length: 10\\n\\nhello'");
      const visit = await world.ask('GET', '/s');
      expect([visit.status, visit.text, visit.failure]).toEqual([
        200,
        'hello',
        'script ended before its Content-Length',
      ]);
    });

    it('by a cut where a signal ends it within its body', async () => {
      script(HEAD, 'echo hello', 'kill -KILL $$');
      const visit = await world.ask('GET', '/s');
      expect([visit.text, visit.failure]).toEqual(['hello\n', 'script was ended by a signal']);
      expect(world.lines).toEqual(['s: ended by SIGKILL']);
    });

    it('by nothing more than it has announced', async () => {
      script(
        "printf 'Content-Type: a/b\\nContent-Length: 5\\n\\nhello, and more'",
        'head -c 100000 /dev/zero',
        `echo ended > ${join(world.root, 'ended')}`,
      );
      expect(await world.ask('GET', '/s')).toMatchObject({ text: 'hello', failure: '' });
      await world.quiet();
      expect(written(join(world.root, 'ended'))).toBe('ended\n');
    });

    it('by its end where it writes without end what nobody wants', async () => {
      script("printf 'Content-Type: a/b\\nContent-Length: 5\\n\\nhello'", 'exec cat /dev/zero');
      expect((await world.ask('GET', '/s')).text).toBe('hello');
      await world.quiet();
    });
  });

  describe('whose client goes', () => {
    async function gone(visit: Visit): Promise<void> {
      visit.leave();
      await world.quiet();
      expect(world.memory.bytes).toBe(0);
    }

    it('before its answer is ended', async () => {
      script('echo started >&2', 'sleep 100');
      const visit = world.visit('GET', '/s').finish();
      await world.nextLine();
      await gone(visit);
    });

    it('within its body is ended', async () => {
      script(HEAD, 'exec cat /dev/zero');
      const visit = world.visit('GET', '/s').finish();
      visit.eager = false;
      await visit.replied;
      await visit.next();
      await gone(visit);
    });

    it('while its body comes in is ended', async () => {
      script('exec cat');
      const visit = world.visit('POST', '/s', ['Content-Length: 100']).send('half');
      await gone(visit);
    });

    it('while its body is put aside is never started', async () => {
      script('exec cat');
      const visit = world.visit('POST', '/s', CHUNKED).send(Buffer.alloc(300_000));
      visit.leave();
      for (let count = 0; count < 10; count++) await turn();
      expect(world.runner.children).toBe(0);
      expect(readdirSync(join(world.folder, 'spool'))).toEqual([]);
    });

    it('is ended with what it has started', async () => {
      script('(trap "" TERM; echo started >&2; while :; do sleep 100; done) &', 'wait');
      const visit = world.visit('GET', '/s').finish();
      await world.nextLine();
      await gone(visit);
    });
  });

  describe('writes to stderr', () => {
    it('into the log, line by line', async () => {
      script('echo one >&2', HEAD, 'echo two >&2', 'printf three >&2');
      await world.ask('GET', '/s');
      while (world.lines.length < 3) await turn();
      expect(world.lines).toEqual(['s: one', 's: two', 's: three']);
    });

    it('without end, and is neither held up nor believed', async () => {
      script('head -c 3000000 /dev/zero | tr "\\0" x >&2', 'seq 1 10000 >&2', HEAD, 'echo done');
      expect((await world.ask('GET', '/s')).text).toBe('done\n');
      await world.quiet();
      while (!/lines more/.test(world.lines.at(-1) ?? '')) await turn();
      expect(world.lines.length).toBeLessThan(60);
      expect(Math.max(...world.lines.map((line) => line.length))).toBeLessThan(2200);
    });
  });

  describe('redirects', () => {
    it('its client', async () => {
      script('echo "Location: https://example.org/"', 'echo');
      const visit = await world.ask('GET', '/s');
      expect([visit.status, visit.header('Location')]).toEqual([302, 'https://example.org/']);
    });

    it('to a file, which is answered in its place', async () => {
      world.file('page.html', 'the page', 0o644);
      script('cat > /dev/null', 'echo "Location: /page.html"', 'echo');
      const visit = await world.ask('POST', '/s', [], 'body');
      expect([visit.status, visit.text, visit.header('Location')]).toEqual([200, 'the page', undefined]);
    });

    it('to another script, which is asked with GET', async () => {
      world.sh('a', 'echo "Location: /b/info?x=1"', 'echo');
      world.sh('b', HEAD, 'cat', 'echo "$REQUEST_METHOD $PATH_INFO $QUERY_STRING $HTTP_X_A $CONTENT_LENGTH"');
      world.location('/', ['a', 'b']);
      expect((await world.ask('POST', '/a', ['X-A: kept'], 'body')).text).toBe('GET /info x=1 kept \n');
    });

    it('to what is not there, and the log is told of that', async () => {
      script('echo "Location: /missing"', 'echo');
      const visit = await world.ask('GET', '/s');
      expect([visit.status, visit.place]).toEqual([404, 'open']);
    });

    it('in a circle, but not for ever', async () => {
      script('echo "Location: /s"', 'echo');
      const visit = await world.ask('GET', '/s');
      expect([visit.status, visit.place]).toEqual([502, 'too many local redirections']);
      await world.quiet();
    });

    it('to no path at all', async () => {
      script('echo "Location: /a b"', 'echo');
      const visit = await world.ask('GET', '/s');
      expect([visit.status, visit.place]).toEqual([502, 'local redirection to no path']);
    });

    it('to a script that hangs, and the client goes', async () => {
      world.sh('a', 'echo "Location: /b"', 'echo');
      world.sh('b', 'echo started >&2', 'sleep 100');
      world.location('/', ['a', 'b']);
      const visit = world.visit('GET', '/a').finish();
      await world.nextLine();
      visit.leave();
      await world.quiet();
    });
  });
});
