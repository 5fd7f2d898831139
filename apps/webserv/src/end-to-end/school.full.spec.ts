import { readFileSync, statSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { TestSite } from '../testing/site.ts';

/**
 * The steps that the public tester of the school project walks, against the shipped school.conf. Its load steps repeat more:
 * 5,000 times where there are 100 here, and the bodies of 20 clients at once, five times each, have 100 MB.
 */

/** Bytes of a chunk, as the tester sends them. */
const CHUNK = 32_768;
const LARGE = 100_000_000;
/** For a step that moves gigabytes on a busy machine. */
const PATIENCE_MS = 120_000;

interface Seen {
  readonly status: number;
  readonly length: number;
  /** Whether each byte is the expected one. */
  readonly whole: boolean;
}

interface Asked {
  readonly size?: number;
  readonly fields?: Readonly<Record<string, string>>;
  /** The letter that the answer is made of. */
  readonly answer?: string;
}

const site = new TestSite();
const agent = new Agent({ keepAlive: true });
let port = 0;

beforeAll(() => {
  port = site.startDemo({}, 'school.conf');
});

afterAll(async () => {
  agent.destroy();
  await site.close();
});

/** Sends one request, with a chunked body of one letter if it has a size, and follows redirections as a browser does. */
async function ask(method: string, path: string, asked: Asked = {}): Promise<Seen> {
  const answer = await sent(method, path, asked);
  const { statusCode: status = 0, headers } = answer;
  if (status === 301 && headers.location !== undefined) {
    answer.resume();
    return ask(method, new URL(headers.location, 'http://localhost').pathname, asked);
  }
  const letters = Buffer.alloc(1 << 16, asked.answer ?? 'X');
  let length = 0;
  let whole = true;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    length += piece.length;
    if (asked.answer !== undefined) whole &&= piece.equals(letters.subarray(0, piece.length));
  }
  return { status, length, whole };
}

function sent(method: string, path: string, { size, fields = {} }: Asked): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { ...fields, ...(size === undefined ? {} : { 'Transfer-Encoding': 'chunked' }) };
    const call = request({ port, agent, method, path, headers }, resolve);
    call.on('error', reject);
    const chunk = Buffer.alloc(CHUNK, 'x');
    let left = size ?? 0;
    const more = (): void => {
      while (left > 0) {
        const piece = Math.min(left, CHUNK);
        left -= piece;
        if (call.write(chunk.subarray(0, piece)) || left === 0) continue;
        call.once('drain', more);
        return;
      }
      call.end();
    };
    more();
  });
}

/** So many clients at once, each so many times in turn. */
async function workers(count: number, times: number, act: () => Promise<void>): Promise<void> {
  const one = async (): Promise<void> => {
    for (let turn = 0; turn < times; turn++) await act();
  };
  await Promise.all(Array.from({ length: count }, one));
}

const FILES = 'storage/school/YoupiBanane';
const PUT = '/put_test/file_should_exist_after';
const SPECIAL = { 'X-Secret-Header-For-Test': '1' };

const STEPS: readonly (readonly [method: string, path: string, status: number, asked?: Asked])[] = [
  ['GET', '/', 200],
  ['POST', '/', 405, { size: 0 }],
  ['HEAD', '/', 405],
  ['GET', '/directory', 200],
  ['GET', '/directory/youpi.bad_extension', 200],
  ['GET', '/directory/youpi.bla', 200],
  ['GET', '/directory/oulalala', 404],
  ['GET', '/directory/nop', 200],
  ['GET', '/directory/nop/', 200],
  ['GET', '/directory/nop/other.pouic', 200],
  ['GET', '/directory/nop/other.pouac', 404],
  ['GET', '/directory/Yeah', 404],
  ['GET', '/directory/Yeah/not_happy.bad_extension', 200],
  ['PUT', PUT, 201, { size: 1000 }],
  ['PUT', PUT, 204, { size: 10_000_000 }],
  ['POST', '/directory/youpi.bla', 200, { size: LARGE, answer: 'X' }],
  ['POST', '/directory/youpla.bla', 200, { size: LARGE, answer: 'X' }],
  ['POST', '/directory/youpi.bla', 200, { size: 100_000, answer: 'X', fields: SPECIAL }],
  ['POST', '/post_body', 200, { size: 0 }],
  ['POST', '/post_body', 200, { size: 100 }],
  ['POST', '/post_body', 413, { size: 200 }],
  ['POST', '/post_body', 413, { size: 101 }],
];

describe("the school's tester", () => {
  it.each(STEPS.map(([method, path, status, asked = {}]) => [method, path, status, asked] as const))(
    '%s %s is %i',
    async (method, path, status, asked) => {
      const seen = await ask(method, path, asked);
      expect([seen.status, seen.whole]).toEqual([status, true]);
      if (asked.answer !== undefined) expect(seen.length).toBe(asked.size);
      if (method === 'PUT') expect(statSync(join(site.folder, 'storage/school', path)).size).toBe(asked.size);
    },
    PATIENCE_MS,
  );

  it('sends the default file of each folder, and not its listing', async () => {
    for (const folder of ['', '/nop']) {
      const { size } = statSync(join(site.folder, FILES, folder, 'youpi.bad_extension'));
      for (const slash of ['', '/'])
        expect((await ask('GET', `/directory${folder}${slash}`)).length).toBe(size);
    }
    expect((await ask('GET', '/directory/Yeah/')).status).toBe(404);
  });

  it.each([
    [5, 15, '/'],
    [20, 100, '/'],
    [128, 10, '/directory/nop'],
  ])('%i clients at once, %i times each: GET %s', async (count, times, path) => {
    await workers(count, times, async () => {
      expect((await ask('GET', path)).status).toBe(200);
    });
  });

  it('20 clients at once, five times each: PUT of one file', async () => {
    const size = 1_000_000;
    let made = 0;
    await workers(20, 5, async () => {
      const { status } = await ask('PUT', '/put_test/multiple_same', { size });
      if (status === 201) made++;
      else expect(status).toBe(204);
    });
    expect(made).toBeGreaterThan(0);
    const stored = readFileSync(join(site.folder, 'storage/school/put_test/multiple_same'));
    expect(stored.equals(Buffer.alloc(size, 'x'))).toBe(true);
  });

  it(
    '20 clients at once: POST of 20 MB to the program',
    async () => {
      const size = 20_000_000;
      await workers(20, 1, async () => {
        const seen = await ask('POST', '/directory/youpi.bla', { size, answer: 'X' });
        expect(seen).toEqual({ status: 200, length: size, whole: true });
      });
    },
    PATIENCE_MS,
  );
});
