import { randomBytes } from 'node:crypto';
import { brotliDecompressSync, constants, createGunzip, gunzipSync } from 'node:zlib';
import type { Way } from '../run.contract.ts';
import type { Visit } from '../testing/visit.ts';
import { turn, World } from '../testing/world.ts';

const HEAD = "printf 'Content-Type: text/plain\\n\\n'";
const GZIP = ['Accept-Encoding: gzip'];

/** The answers of scripts are compressed in the same way, whoever runs them. */
export function codingContract(name: string, open: (world: World) => Promise<Way>): void {
  describe(`the coding of answers: ${name}`, () => {
    let world: World;
    let way: Way;

    beforeEach(async () => {
      world = new World();
      way = await open(world);
      serve();
    });

    afterEach(async () => {
      await world.quiet();
      expect(world.memory.bytes).toBe(0);
      await way.close();
      expect(await world.close()).toEqual([]);
    });

    function serve(patch: Parameters<World['location']>[2] = {}): void {
      world.location('/', [`.sh ${way.runner}`.trim()], { compressScripts: ['br', 'gzip'], ...patch });
    }

    const coding = (visit: Visit): (string | undefined)[] => [
      visit.header('Content-Encoding'),
      visit.header('Vary'),
    ];

    it.each([
      ['gzip', gunzipSync],
      ['br', brotliDecompressSync],
    ] as const)('%s brings the whole output, smaller and without a length', async (accepted, decode) => {
      world.sh('a.sh', HEAD, 'i=0; while [ $i -lt 3000 ]; do echo "line $i of many"; i=$((i+1)); done');
      const plain = await world.ask('GET', '/a.sh');
      expect(coding(plain)).toEqual([undefined, 'Accept-Encoding']);
      const coded = await world.ask('GET', '/a.sh', [`Accept-Encoding: ${accepted}`]);
      expect([coded.status, coded.length, ...coding(coded)]).toEqual([200, -1, accepted, 'Accept-Encoding']);
      expect(decode(coded.body).equals(plain.body)).toBe(true);
      expect(coded.body.length).toBeLessThan(plain.body.length / 3);
    });

    it('keeps bytes that cannot be compressed, and an output of several megabytes', async () => {
      const body = randomBytes(3 << 20);
      world.sh('cat.sh', HEAD, 'cat');
      const coded = await world.ask('POST', '/cat.sh', GZIP, body);
      expect(gunzipSync(coded.body).equals(body)).toBe(true);
    });

    it.each([
      ['the client accepts none', HEAD, ['Accept-Encoding: identity']],
      ['the client says nothing', HEAD, []],
      [
        'the script forbids it',
        "printf 'Content-Type: text/plain\\nCache-Control: no-transform\\n\\n'",
        GZIP,
      ],
      ['it has one', "printf 'Content-Type: text/plain\\nContent-Encoding: deflate\\n\\n'", GZIP],
      ['its type is none of those', "printf 'Content-Type: image/png\\n\\n'", GZIP],
      ['it is a part', "printf 'Status: 206\\nContent-Type: text/plain\\n\\n'", GZIP],
      ['it has a digest', "printf 'Content-Type: text/plain\\nContent-Digest: x\\n\\n'", GZIP],
      ['it is a stream of events', "printf 'Content-Type: text/event-stream\\n\\n'", GZIP],
      ['it is short', "printf 'Content-Type: text/plain\\nContent-Length: 99\\n\\n'", GZIP],
    ])('leaves an answer as it is if %s', async (_, head, fields) => {
      world.sh('a.sh', head, 'head -c 99 /dev/zero | tr "\\0" a', 'printf " %.0s" $(seq 200)');
      const visit = await world.ask('GET', '/a.sh', fields);
      expect(visit.text.slice(0, 99)).toBe('a'.repeat(99));
      expect(visit.header('Content-Encoding')).toBe(head.includes('deflate') ? 'deflate' : undefined);
    });

    it.each(['204', '304'])('leaves %s as it is', async (status) => {
      world.sh('a.sh', `printf 'Status: ${status}\\nContent-Type: text/plain\\n\\n'`);
      const visit = await world.ask('GET', '/a.sh', GZIP);
      expect([visit.status, ...coding(visit)]).toEqual([Number(status), undefined, undefined]);
    });

    it('gives HEAD no length, because GET has another one', async () => {
      world.sh('a.sh', "printf 'Content-Type: text/plain\\nContent-Length: 5000\\n\\n'");
      const visit = await world.ask('HEAD', '/a.sh', GZIP);
      expect([visit.kind, visit.length, ...coding(visit)]).toEqual([
        'unsent',
        -1,
        undefined,
        'Accept-Encoding',
      ]);
    });

    it('weakens the tag, offers no ranges, and adds to Vary', async () => {
      world.sh(
        'a.sh',
        `printf 'Content-Type: text/plain\\nETag: "a"\\nAccept-Ranges: bytes\\nVary: Cookie\\n\\n'`,
        'seq 500',
      );
      const visit = await world.ask('GET', '/a.sh', GZIP);
      expect([visit.header('ETag'), visit.header('Accept-Ranges')]).toEqual(['W/"a"', undefined]);
      const vary = visit.headers.filter(([each]) => each === 'Vary').map(([, value]) => value);
      expect(vary.join(', ')).toBe('Cookie, Accept-Encoding');
    });

    it('hands on what a script has written before it pauses', async () => {
      world.sh(
        'slow.sh',
        HEAD,
        'echo first',
        `while [ ! -e ${world.root}/go ]; do sleep 0.01; done`,
        'echo last',
      );
      const visit = world.visit('GET', '/slow.sh', GZIP).finish();
      const gunzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH });
      let text = '';
      gunzip.on('data', (bytes: Buffer) => {
        text += bytes.toString();
      });
      await visit.replied;
      let fed = 0;
      while (text !== 'first\n') {
        for (; fed < visit.pieces.length; fed++) gunzip.write(visit.pieces[fed]);
        await turn();
      }
      world.file('go', '');
      expect(gunzipSync((await visit.done).body).toString()).toBe('first\nlast\n');
      gunzip.destroy();
    });

    it('holds a script back for a slow client', async () => {
      serve({ cgiSpool: 0 });
      world.sh('a.sh', HEAD, 'head -c 8000000 /dev/urandom; echo done >&2');
      const visit = world.visit('GET', '/a.sh', GZIP).finish();
      visit.eager = false;
      await visit.replied;
      await visit.next();
      for (let each = 0; each < 100; each++) await turn();
      expect(world.lines).toEqual([]);
      expect(world.memory.bytes).toBeLessThan(1 << 20);
      visit.eager = true;
      visit.pull();
      expect(gunzipSync((await visit.done).body).length).toBe(8_000_000);
    });

    it('ends with a script whose client has gone, at any time', async () => {
      world.sh('a.sh', HEAD, 'head -c 100000 /dev/urandom; exec sleep 100');
      for (const pieces of [0, 1, 3]) {
        const visit = world.visit('GET', '/a.sh', GZIP).finish();
        visit.eager = false;
        await visit.replied;
        for (let piece = 0; piece < pieces; piece++) await visit.next();
        visit.pull();
        visit.leave();
        await world.quiet();
      }
    });

    it('fails with a script that breaks off', async () => {
      world.sh('a.sh', "printf 'Content-Length: 5000\\nContent-Type: text/plain\\n\\nshort'");
      const visit = await world.ask('GET', '/a.sh', GZIP);
      expect([visit.status, visit.failure]).toEqual([200, 'script ended before its Content-Length']);
    });

    it('is left out if memory is short', async () => {
      world.memory.limit = 400 << 10;
      world.sh('a.sh', HEAD, 'seq 500');
      const visit = await world.ask('GET', '/a.sh', GZIP);
      expect([visit.text.length, ...coding(visit)]).toEqual([1892, undefined, 'Accept-Encoding']);
    });
  });
}
