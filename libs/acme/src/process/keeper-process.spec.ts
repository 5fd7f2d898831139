import { systemLauncher } from '@webserv/cgi';
import { Loop } from '@webserv/event-loop';
import type { Job } from '../keeper/job.ts';
import { KeeperProcess } from './keeper-process.ts';

const JOB: Job = {
  email: 'me@a.test',
  directory: 'https://ca.test/directory',
  store: '/nowhere',
  certificates: [{ name: 'a.test', names: ['a.test'], challenges: ['http-01'] }],
};

/** Reads a job, answers by `answer`, and ends when its input does. */
function child(answer: string): string {
  return `let text = '';
process.stdin.on('data', (piece) => {
  text += piece;
  if (!text.includes('\\n')) return;
  const job = JSON.parse(text);
  ${answer}
}).on('end', () => process.exit(0));`;
}

const ISSUED =
  "process.stderr.write(JSON.stringify({ event: 'issued', name: job.certificates[0].name, notAfter: 86400000 }) + '\\n')";
const FAILED =
  "process.stderr.write(JSON.stringify({ event: 'failed', name: job.email, reason: 'no', nextAt: 0 }) + '\\nWarning: odd\\n')";

type Line = [kind: string, message: string, facts: unknown];

describe('KeeperProcess', () => {
  let loop: Loop;
  let lines: Line[] = [];
  let heard: () => void = () => {};

  beforeEach(() => {
    loop = Loop.open({ use: { name: 'auto' } });
    lines = [];
  });
  afterEach(() => loop.dispose());

  function keeper(script: string, file = process.execPath): KeeperProcess {
    const hear = (kind: string) => (message: string, facts?: unknown) => {
      lines.push([kind, message, facts]);
      heard();
    };
    const log = { notice: hear('notice'), warn: hear('warn') };
    const program = { file, args: ['keeper', '-e', script] };
    return new KeeperProcess(loop, systemLauncher, program, JOB, log);
  }

  async function lined(count: number): Promise<void> {
    while (lines.length < count) {
      await new Promise<void>((resolve) => {
        heard = resolve;
      });
    }
  }

  const closed = (one: KeeperProcess) => new Promise<void>((resolve) => one.close(resolve));

  it('gives the job, and logs what is reported', async () => {
    const one = keeper(child(`${ISSUED};${FAILED}`));
    one.start();
    await lined(3);
    await closed(one);
    expect(lines).toEqual([
      [
        'notice',
        'acme: a certificate has been issued',
        { name: 'a.test', until: '1970-01-02T00:00:00.000Z' },
      ],
      ['warn', 'acme: no certificate', { name: 'me@a.test', reason: 'no', next: '1970-01-01T00:00:00.000Z' }],
      ['warn', 'acme: Warning: odd', undefined],
    ]);
  });

  it('starts it again when it ends by itself', async () => {
    const one = keeper(child('process.exit(3)'));
    one.start();
    await lined(2);
    await closed(one);
    expect(lines.map(([, , facts]) => facts)).toEqual([
      { why: 'it ended with code 3', seconds: 1 },
      { why: 'it ended with code 3', seconds: 2 },
    ]);
  });

  it('closes before it has started, while it runs, and while it waits', async () => {
    const one = keeper(child(''));
    one.start();
    await closed(one);
    const two = keeper(child(ISSUED));
    two.start();
    await lined(1);
    await closed(two);
    const three = keeper('', '/nowhere/keeper');
    three.start();
    await lined(2);
    await closed(three);
    expect(lines[1]?.[2]).toMatchObject({ why: expect.stringContaining('cannot be started') });
  });
});
