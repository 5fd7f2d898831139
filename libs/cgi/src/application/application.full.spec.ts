import { TestApplication } from '../testing/application.ts';
import { until } from '../testing/until.ts';
import type { Visit } from '../testing/visit.ts';
import { turn, World } from '../testing/world.ts';
import { RecordType, recordOf } from './record.ts';

const HEAD = "printf 'Content-Type: text/plain\\n\\n'";
const ANSWER = 'Content-Type: text/plain\r\n\r\nanswer';

let world: World;
let application: TestApplication;
const others: TestApplication[] = [];

beforeEach(async () => {
  world = new World();
  application = await new TestApplication(world.socket('app')).listen();
  serve(application.path);
  world.sh('quick.sh', HEAD, 'echo quick');
});

afterEach(async () => {
  for (const each of [application, ...others.splice(0)]) await each.close();
  expect(await world.close()).toEqual([]);
});

function serve(paths: string, timeoutMs = 20_000): void {
  world.location('/', [`.sh fastcgi:${paths}`], { timeoutMs });
}

const quick = (): Promise<Visit> => world.ask('GET', '/quick.sh');

describe('a connection', () => {
  it('is kept for the next request, and not for longer than a second', async () => {
    application.act = (request) => void request.stdout(ANSWER).end();
    for (let count = 0; count < 5; count++) expect((await quick()).text).toBe('answer');
    expect([application.connections, application.begun]).toEqual([1, 5]);
    const late = performance.now() + 1100;
    await until(() => performance.now() > late);
    expect((await quick()).text).toBe('answer');
    expect([application.connections, application.begun]).toEqual([2, 6]);
  });

  it('is one for each request at the same time', async () => {
    const waiting: (() => void)[] = [];
    application.act = (request) => void waiting.push(() => request.stdout(ANSWER).end());
    const visits = [quick(), quick(), quick()];
    await until(() => waiting.length === 3);
    expect(application.connections).toBe(3);
    for (const answer of waiting) answer();
    for (const visit of visits) expect((await visit).text).toBe('answer');
  });

  it('that the application has closed while it was kept is replaced', async () => {
    application.act = (request) => void request.stdout(ANSWER).end();
    await quick();
    application.hangUp();
    expect((await quick()).text).toBe('answer');
    expect(application.begun).toBe(2);
  });

  it('that says something while nobody has asked is closed', async () => {
    application.act = (request) => void request.stdout(ANSWER).end().stdout('and more');
    await quick();
    application.act = (request) => void request.stdout(ANSWER).end();
    expect((await quick()).text).toBe('answer');
    expect(application.connections).toBe(2);
  });

  it('on which a body was not read to its end is not used again', async () => {
    application.act = (request) => void request.stdout(ANSWER).end();
    const asked = await world.ask('POST', '/quick.sh', [], Buffer.alloc(8 << 20));
    expect(asked.text).toBe('answer');
    expect((await quick()).text).toBe('answer');
    expect(application.connections).toBe(2);
  });
});

describe('an application that restarts', () => {
  it('loses no request that it had not begun', async () => {
    application.act = (request) => void request.socket.destroy();
    const visit = quick();
    await until(() => application.begun > 0);
    application.act = (request) => void request.stdout(ANSWER).end();
    expect((await visit).text).toBe('answer');
  });

  it('is waited for', async () => {
    await application.close();
    const visit = quick();
    for (let count = 0; count < 20; count++) await turn();
    application.act = (request) => void request.stdout(ANSWER).end();
    await application.listen();
    expect((await visit).text).toBe('answer');
  });

  it('is not asked twice for what may not be done twice', async () => {
    application.act = (request) => void request.socket.destroy();
    const posted = await world.ask('POST', '/quick.sh', [], 'body');
    expect([posted.status, application.begun]).toEqual([502, 1]);
  });

  it('in the middle of an answer cuts it', async () => {
    application.act = ({ socket }) => {
      socket.write(recordOf(RecordType.STDOUT, Buffer.from(`${ANSWER}${'x'.repeat(60_000)}`)), () =>
        setTimeout(() => socket.destroy(), 20),
      );
    };
    const { status, failure } = await quick();
    expect([status, failure]).toEqual([200, 'application closed the connection']);
  });
});

describe('an application that cannot be reached', () => {
  it('is 502 once it has been away for longer than a restart takes, or than cgi_timeout', async () => {
    serve(world.socket('nobody'), 100);
    const { status, place } = await quick();
    expect([status, place]).toEqual([502, `connect to ${world.socket('nobody')}`]);
  });

  it('leaves its requests to another of its addresses', async () => {
    const other = await new TestApplication(world.socket('other')).listen();
    others.push(other);
    for (const each of [application, other]) each.act = (request) => void request.stdout(ANSWER).end();
    serve([world.socket('nobody'), application.path, other.path].join(','));
    for (let count = 0; count < 6; count++) {
      expect((await quick()).text).toBe('answer');
      for (const each of [application, other]) each.hangUp();
    }
    expect(application.begun + other.begun).toBe(6);
    expect(Math.min(application.begun, other.begun)).toBeGreaterThan(0);
  });
});

describe('an application that answers', () => {
  it.each([
    ['that it is overloaded', 2, 503],
    ['that it takes no second request', 1, 503],
    ['that it is no responder', 3, 502],
  ])('%s is %d', async (_, protocol, status) => {
    application.act = (request) => void request.end(0, protocol);
    expect((await quick()).status).toBe(status);
  });

  it.each([
    ['another version', Buffer.from('0206000100000000', 'hex')],
    ['another request', Buffer.from('0106000200000000', 'hex')],
    ['a request of its own', Buffer.from('0101000100080000', 'hex')],
    ['HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('with %s is 502, and the log says why', async (_, bytes) => {
    application.act = (request) => void request.raw(bytes);
    const { status, place } = await quick();
    expect([status, place]).toEqual([502, expect.stringContaining("application's records: ")]);
  });

  it('behind the head of an answer with nonsense cuts it', async () => {
    application.act = (request) =>
      void request.stdout(`${ANSWER}${'x'.repeat(70_000)}`).raw(Buffer.alloc(8, 0xff));
    expect((await quick()).failure).toContain("application's records: version 255");
  });

  it('is asked to abort when the client goes', async () => {
    application.act = () => {};
    const visit = world.visit('GET', '/quick.sh').finish();
    await until(() => application.begun === 1);
    visit.leave();
    await until(() => application.aborted === 1);
    await world.quiet();
  });
});
