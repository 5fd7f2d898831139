import { Supervisor } from './supervisor.ts';

const PID = 41;

function supervisorOf(env: NodeJS.ProcessEnv): {
  said: string[];
  supervisor: Supervisor;
  env: NodeJS.ProcessEnv;
} {
  const said: string[] = [];
  const supervisor = new Supervisor(env, PID, (path, text) => said.push(`${path}: ${text}`));
  return { said, supervisor, env };
}

describe('Supervisor', () => {
  it('takes sockets with their names, and the variables out of the environment', () => {
    const { supervisor, env } = supervisorOf({
      LISTEN_PID: '41',
      LISTEN_FDS: '2',
      LISTEN_FDNAMES: 'http:https',
      NOTIFY_SOCKET: '/run/n',
      HOME: '/',
    });
    expect(supervisor.sockets).toEqual([
      { fd: 3, name: 'http' },
      { fd: 4, name: 'https' },
    ]);
    expect(env).toEqual({ HOME: '/' });
  });

  it.each<[string, NodeJS.ProcessEnv]>([
    ['nothing', {}],
    ['sockets of another process', { LISTEN_PID: '40', LISTEN_FDS: '1' }],
    ['none', { LISTEN_PID: '41', LISTEN_FDS: '0', LISTEN_FDNAMES: '' }],
  ])('has no sockets of %s', (_name, env) => {
    expect(supervisorOf(env).supervisor.sockets).toEqual([]);
  });

  it('names sockets without a name by their number', () => {
    const { supervisor } = supervisorOf({ LISTEN_PID: '41', LISTEN_FDS: '1' });
    expect(supervisor.sockets).toEqual([{ fd: 3, name: 'LISTEN_FDS 1' }]);
  });

  it.each<[NodeJS.ProcessEnv, string]>([
    [{ LISTEN_FDS: 'x' }, 'LISTEN_FDS is "x": expected a number from 0 to 1024'],
    [{ LISTEN_FDS: '-1' }, 'LISTEN_FDS is "-1"'],
    [{ LISTEN_FDS: '9999' }, 'LISTEN_FDS is "9999"'],
    [
      { LISTEN_FDS: '1', LISTEN_FDNAMES: 'a:b' },
      'LISTEN_FDNAMES has 2 names for 1 sockets: expected one for each',
    ],
  ])('refuses %j', (env, problem) => {
    expect(() => supervisorOf({ LISTEN_PID: '41', ...env })).toThrow(problem);
  });

  it('says what happens, with the time of a reload', () => {
    const { said, supervisor } = supervisorOf({ NOTIFY_SOCKET: '/run/n' });
    supervisor.ready('serving');
    const before = process.hrtime.bigint() / 1000n;
    supervisor.reloading();
    supervisor.stopping(30_000);
    expect(said[0]).toBe('/run/n: READY=1\nSTATUS=serving');
    const usec = BigInt(/^\/run\/n: RELOADING=1\nMONOTONIC_USEC=(\d+)$/.exec(said[1] ?? '')?.[1] ?? '0');
    expect(usec).toBeGreaterThanOrEqual(before);
    expect(said[2]).toBe('/run/n: STOPPING=1\nEXTEND_TIMEOUT_USEC=35000000');
  });

  it('says nothing to nobody', () => {
    const { said, supervisor } = supervisorOf({ WATCHDOG_USEC: '1000' });
    supervisor.ready('serving');
    expect(said).toEqual([]);
  });

  it('survives a supervisor that has gone', () => {
    const supervisor = new Supervisor({ NOTIFY_SOCKET: '/nonexistent/notify' });
    expect(() => supervisor.ready('serving')).not.toThrow();
  });

  it.each([
    ['its own', '41', true],
    ['no process named', undefined, true],
    ['another process', '40', false],
  ])('keeps the watchdog quiet for %s', (_name, watched, expected) => {
    jest.useFakeTimers();
    const { said } = supervisorOf({
      NOTIFY_SOCKET: '/run/n',
      WATCHDOG_USEC: '3000000',
      ...(watched === undefined ? {} : { WATCHDOG_PID: watched }),
    });
    jest.advanceTimersByTime(3100);
    jest.useRealTimers();
    expect(said).toEqual(expected ? ['/run/n: WATCHDOG=1', '/run/n: WATCHDOG=1'] : []);
  });
});
