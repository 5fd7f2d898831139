import type { Page } from '@webserv/pages';
import { HeaderList, Reply } from '@webserv/response';
import type { Outlet, OutletOwner } from './outlet.ts';
import { pattern } from './wire.contract.ts';

/** What has arrived of one response at the far end, as its protocol frames it. */
export interface Arrived {
  readonly status: number;
  /** Fields in lower case. */
  readonly fields: ReadonlyMap<string, string>;
  readonly body: Buffer;
  readonly trailers: ReadonlyMap<string, string>;
  /** The response has an end that its reader can see. */
  readonly whole: boolean;
}

/** What an outlet is asked for. */
export interface Ask {
  readonly method: 'GET' | 'HEAD';
}

/** One outlet and its far end, in the test's hands. */
export interface OutletWorld {
  readonly outlet: Outlet;
  /** A request was read: what is said now answers it. */
  begin(ask: Ask): void;
  /** What has left arrives; callbacks come. */
  settle(): void;
  /** The far end takes nothing until `resume`. */
  stop(): void;
  resume(): void;
  /** The far end goes away. */
  reset(): void;
  /** What has arrived of the response; null where nothing has. */
  arrived(): Arrived | null;
  readonly wasCut: boolean;
  openFile(content: Uint8Array): number;
  shorten(file: number, length: number): void;
  /** A page of these bytes, and the tag that its 304 says. */
  page(content: Uint8Array, etag: string): Page;
  dispose(): void;
}

/** Notes what it is called back, and goes on as the test says. */
class Speaker implements OutletOwner {
  moves = 0;
  failures: [number, string][] = [];
  readonly steps: (() => void)[] = [];

  moved(): void {
    this.moves++;
    this.steps.shift()?.();
  }

  broken(errno: number, place: string): void {
    this.failures.push([errno, place]);
  }
}

/** More than a connection holds. */
const LARGE = 1 << 20;

function replyOf(status: number, length: number, fields: Readonly<Record<string, string>> = {}): Reply {
  const source = { open: () => {}, pull: () => {}, cancel: () => {} };
  const reply = new Reply(status, { kind: 'stream', source, length });
  for (const [name, value] of Object.entries(fields)) reply.headers.append(name, value);
  return reply;
}

/** What every outlet owes (see the header of outlet.ts), as tests. An outlet's own spec calls this. */
export function outletContract(name: string, open: () => OutletWorld): void {
  describe(`the contract of outlets: ${name}`, () => {
    let world: OutletWorld;
    let outlet: Outlet;
    let speaker: Speaker;

    beforeEach(() => {
      world = open();
      outlet = world.outlet;
      speaker = new Speaker();
      outlet.owner = speaker;
      world.begin({ method: 'GET' });
    });

    afterEach(() => world.dispose());

    replies();
    pages();
    failures();

    function replies(): void {
      it('says status, fields and a body of announced length', () => {
        expect(outlet.head(replyOf(201, 10, { 'X-Name': 'value' }))).toBe(true);
        expect([outlet.hasBody, outlet.length]).toEqual([true, 10]);
        speaker.steps.push(() => outlet.end(null));
        outlet.piece(Buffer.from('ten bytes!'));
        expect([outlet.moving, speaker.moves]).toEqual([true, 0]);
        world.settle();
        const arrived = world.arrived();
        expect([arrived?.status, arrived?.fields.get('x-name'), String(arrived?.body)]).toEqual([
          201,
          'value',
          'ten bytes!',
        ]);
        expect([arrived?.whole, outlet.bodySent, outlet.moving]).toEqual([true, 10, false]);
      });

      it('says pieces of unknown length, their end, and trailers', () => {
        outlet.head(replyOf(200, -1));
        expect([outlet.hasBody, outlet.length]).toEqual([true, -1]);
        const trailers = new HeaderList();
        trailers.append('X-Sum', '42');
        const pieces = ['one', 'two', 'three'];
        for (const piece of pieces.slice(1)) speaker.steps.push(() => outlet.piece(Buffer.from(piece)));
        speaker.steps.push(() => outlet.end(trailers));
        outlet.piece(Buffer.from('one'));
        world.settle();
        const arrived = world.arrived();
        expect([String(arrived?.body), arrived?.whole]).toEqual(['onetwothree', true]);
        expect(arrived?.trailers.get('x-sum')).toBe('42');
        expect(outlet.bodySent).toBe(11);
      });

      it('a head waits for its first piece, and `flush` sends it alone', () => {
        outlet.head(replyOf(200, 4));
        world.settle();
        expect([world.arrived(), outlet.moving, speaker.moves]).toEqual([null, false, 0]);
        outlet.flush();
        world.settle();
        expect([world.arrived()?.status, world.arrived()?.whole, speaker.moves]).toEqual([200, false, 1]);
        outlet.piece(Buffer.from('body'));
        world.settle();
        expect([String(world.arrived()?.body), speaker.moves, outlet.bodySent]).toEqual(['body', 2, 4]);
      });

      it('a piece may be said while the head moves: `moved` comes behind both', () => {
        outlet.head(replyOf(200, 4));
        outlet.flush();
        outlet.piece(Buffer.from('body'));
        world.settle();
        expect([String(world.arrived()?.body), speaker.moves]).toEqual(['body', 1]);
      });

      it('says spans of files and pieces in their order', () => {
        const file = world.openFile(pattern(200_000));
        outlet.head(replyOf(200, 100_004));
        speaker.steps.push(
          () => outlet.piece(Buffer.from('tail')),
          () => outlet.end(null),
        );
        outlet.file(file, 500, 100_000);
        world.settle();
        const body = world.arrived()?.body ?? Buffer.alloc(0);
        expect(
          body.equals(Buffer.concat([pattern(200_000).subarray(500, 100_500), Buffer.from('tail')])),
        ).toBe(true);
        expect([outlet.bodySent, world.arrived()?.whole]).toEqual([100_004, true]);
      });

      it('HEAD: says the head alone, with the length that GET would have', () => {
        world.begin({ method: 'HEAD' });
        outlet.head(replyOf(200, 1234));
        expect(outlet.hasBody).toBe(false);
        outlet.end(null);
        world.settle();
        const arrived = world.arrived();
        expect([arrived?.status, arrived?.fields.get('content-length')]).toEqual([200, '1234']);
        expect([arrived?.body.length, outlet.bodySent]).toEqual([0, 0]);
      });

      it('says nothing where a field cannot be encoded, and another reply then', () => {
        expect(outlet.head(replyOf(200, 0, { 'X-Bad': 'a\r\nb: c' }))).toBe(false);
        world.settle();
        expect(world.arrived()).toBeNull();
        expect(outlet.head(replyOf(500, 0))).toBe(true);
        outlet.end(null);
        world.settle();
        expect([world.arrived()?.status, world.arrived()?.whole]).toEqual([500, true]);
      });
    }

    function pages(): void {
      it('says a page as the whole response, again and again', () => {
        const page = world.page(Buffer.from('a page'), '"tag"');
        for (let time = 1; time <= 3; time++) {
          world.begin({ method: 'GET' });
          expect(outlet.page(page, 'page', false)).toBe(true);
          world.settle();
          const arrived = world.arrived();
          expect([arrived?.status, String(arrived?.body), arrived?.whole]).toEqual([200, 'a page', true]);
          expect([speaker.moves, outlet.bodySent]).toEqual([time, 6]);
        }
      });

      it('says the 304 that stands for it, without a body', () => {
        outlet.page(world.page(Buffer.from('a page'), '"tag"'), 'not-modified', false);
        world.settle();
        const arrived = world.arrived();
        expect([arrived?.status, arrived?.fields.get('etag'), arrived?.body.length]).toEqual([
          304,
          '"tag"',
          0,
        ]);
        expect([outlet.bodySent, speaker.moves]).toEqual([0, 1]);
      });

      it('says a part of a page as the whole response, or leaves it to `head`', () => {
        const page = world.page(pattern(6000), '"tag"');
        for (const [first, last] of [
          [0, 0],
          [100, 611],
          [5, 5999],
        ] as const) {
          world.begin({ method: 'GET' });
          // Only some outlets say parts themselves.
          if (!(outlet.part?.(page, { first, last }) ?? false)) return;
          world.settle();
          const arrived = world.arrived();
          expect([arrived?.status, arrived?.whole, arrived?.fields.get('content-range')]).toEqual([
            206,
            true,
            `bytes ${first}-${last}/6000`,
          ]);
          expect(arrived?.body.equals(pattern(6000).subarray(first, last + 1))).toBe(true);
          expect([outlet.bodySent, arrived?.fields.get('etag')]).toEqual([last - first + 1, '"tag"']);
        }
      });

      it('HEAD of a page: its head alone', () => {
        world.begin({ method: 'HEAD' });
        outlet.page(world.page(Buffer.from('a page'), ''), 'page', false);
        world.settle();
        const arrived = world.arrived();
        expect([arrived?.fields.get('content-length'), arrived?.body.length]).toEqual(['6', 0]);
        expect(outlet.bodySent).toBe(0);
      });
    }

    function failures(): void {
      it('counts what has left while the far end takes nothing more', () => {
        world.stop();
        outlet.head(replyOf(200, LARGE));
        outlet.piece(pattern(LARGE));
        world.settle();
        expect([outlet.moving, speaker.moves]).toEqual([true, 0]);
        expect(outlet.bodySent).toBeGreaterThan(0);
        expect(outlet.bodySent).toBeLessThan(LARGE);
        expect(outlet.progress).toBeGreaterThanOrEqual(outlet.bodySent);
        world.resume();
        world.settle();
        expect([outlet.bodySent, speaker.moves, outlet.moving]).toEqual([LARGE, 1, false]);
        expect(world.arrived()?.body.equals(pattern(LARGE))).toBe(true);
      });

      it('a far end that goes away is reported once, and what had left stays counted', () => {
        world.stop();
        outlet.head(replyOf(200, LARGE));
        outlet.piece(pattern(LARGE));
        world.settle();
        world.reset();
        world.settle();
        expect(speaker.failures).toEqual([[expect.any(Number), 'send']]);
        expect(speaker.failures[0]?.[0]).toBeLessThan(0);
        expect([speaker.moves, outlet.moving]).toEqual([0, false]);
        expect(outlet.bodySent).toBeLessThan(LARGE);
      });

      it('a file that became shorter breaks the response', () => {
        const file = world.openFile(pattern(5000));
        outlet.head(replyOf(200, 5000));
        world.shorten(file, 3000);
        outlet.file(file, 0, 5000);
        world.settle();
        expect(speaker.failures).toEqual([[expect.any(Number), 'sendfile: the file became shorter']]);
        expect([outlet.bodySent, speaker.moves]).toEqual([3000, 0]);
      });

      it('what was said and not submitted can be taken back', () => {
        outlet.head(replyOf(200, 4));
        outlet.withdraw();
        outlet.flush();
        world.settle();
        expect([world.arrived(), outlet.moving, speaker.moves]).toEqual([null, false, 0]);
      });

      it('abort: the response cannot be taken for whole, and nothing is called back', () => {
        outlet.head(replyOf(200, 10));
        outlet.piece(Buffer.from('half '));
        world.settle();
        const { moves } = speaker;
        outlet.abort();
        world.settle();
        expect([world.wasCut, speaker.moves, speaker.failures]).toEqual([true, moves, []]);
        expect(outlet.bodySent).toBe(5);
      });
    }
  });
}
