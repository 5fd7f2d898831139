import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Address, ERRNO, Loop, openDatagram } from '@webserv/event-loop';
import { RawReceiver } from '@webserv/event-loop/testing';
import { AccessEntry } from '../access/access-entry.ts';
import { AccessLog } from '../access/access-log.ts';
import { ErrorLog } from '../error/error-log.ts';
import type { LogNotice } from '../file/log-notice.ts';
import { tickUntil } from '../testing/tick.ts';
import { type Dial, SyslogLog } from './syslog-log.ts';

/** Takes the header off a message, which has a time in it. */
function textOf(message: string): string {
  return message.replace(/^<(\d+)>\w{3} [ \d]\d [\d:]{8} web\[\d+\]: /, '$1 ');
}

describe('SyslogLog', () => {
  let folder: string;
  let loop: Loop;
  let receiver: RawReceiver | null;
  const notices: LogNotice[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'webserv-syslog-'));
    loop = Loop.open();
    receiver = null;
    notices.length = 0;
  });

  afterEach(() => {
    receiver?.close();
    loop.dispose();
    rmSync(folder, { recursive: true });
  });

  const local = (): Address => ({ family: 'unix', path: join(folder, 'log') });

  function open(address: Address, dial: Dial = openDatagram): SyslogLog {
    const target = { address, form: 3164, facility: 23, severity: 6, tag: 'web' } as const;
    return new SyslogLog(loop, 'syslog:server=x', target, dial, (notice) => notices.push(notice));
  }

  function received(count: number): string[] {
    const messages: string[] = [];
    tickUntil(loop, () => {
      messages.push(...(receiver?.take() ?? []));
      return messages.length >= count;
    });
    return messages.map(textOf);
  }

  function close(log: SyslogLog): void {
    let closed = false;
    log.close(() => {
      closed = true;
    });
    tickUntil(loop, () => closed);
  }

  it('sends each line as a message, with the severity of its level', () => {
    receiver = new RawReceiver(local());
    const log = open(local());
    const access = new AccessLog(log, 'combined');
    const entry = Object.assign(new AccessEntry(), {
      remote: '::1',
      method: 'GET',
      target: '/',
      status: 200,
    });
    access.write(entry);
    new AccessLog(log, 'json').write(entry);
    const errors = ErrorLog.to(log, 'info');
    errors.error('no \u00e9');
    errors.info('yes');
    const [first, second, third, fourth, ...none] = received(4);
    expect(first).toMatch(/^190 ::1 - - .* ms=0.00$/);
    expect(second).toMatch(/^190 \{"time":.*\}$/);
    expect(third).toMatch(/^187 .* \[error\] no \u00e9$/);
    expect(fourth).toMatch(/^190 .* \[info\] yes$/);
    expect(none).toEqual([]);
    close(log);
    expect([log.lost, notices]).toEqual([0, []]);
  });

  it('sends over UDP, and counts what nobody was there for', () => {
    receiver = new RawReceiver({ family: 'ipv4', host: '127.0.0.1', port: 0 });
    const { address } = receiver;
    const log = open(address);
    for (let line = 0; line < 100; line++) log.write(`${line}\n`);
    expect(received(100)).toHaveLength(100);
    receiver.close();
    receiver = null;
    // The refusal of the first is reported to the second.
    log.write('1\n');
    log.flush();
    log.write('2\n');
    tickUntil(loop, () => notices.length > 0);
    expect(notices).toEqual([
      { path: 'syslog:server=x', kind: 'failing', error: -ERRNO.ECONNREFUSED, lost: 0 },
    ]);
    receiver = new RawReceiver(address);
    expect(received(1)).toEqual([expect.stringMatching(/2$/)]);
    close(log);
    expect(log.lost).toBe(1);
    expect(notices.at(-1)).toMatchObject({ kind: 'closed', lost: 1 });
  });

  it('keeps messages while a unix socket has no room, in order and without waiting', () => {
    receiver = new RawReceiver(local());
    const log = open(local());
    for (let line = 0; line < 500; line++) log.write(`${line}\n`);
    for (let turn = 0; turn < 20; turn++) loop.tick(0);
    expect(received(500)).toEqual(Array.from({ length: 500 }, (_, line) => `190 ${line}`));
    close(log);
    expect([log.lost, notices]).toEqual([0, []]);
  });

  it('counts what it cannot keep, and says so when messages leave again', () => {
    receiver = new RawReceiver(local());
    const log = open(local());
    const long = 'x'.repeat(7000);
    for (let line = 0; line < 600; line++) log.write(`${line} ${long}\n`);
    expect(notices).toEqual([{ path: 'syslog:server=x', kind: 'stalled', error: 0, lost: 0 }]);
    const { lost } = log;
    expect(lost).toBeGreaterThan(100);
    received(600 - lost);
    expect(notices.at(-1)).toEqual({ path: 'syslog:server=x', kind: 'recovered', error: 0, lost });
    close(log);
  });

  it('waits for a receiver that is not there yet, and for one that is replaced', () => {
    const log = open(local());
    log.write('1\n');
    tickUntil(loop, () => notices.length > 0);
    expect(notices).toEqual([{ path: 'syslog:server=x', kind: 'failing', error: -ERRNO.ENOENT, lost: 0 }]);
    receiver = new RawReceiver(local());
    expect(received(1)).toEqual(['190 1']);
    expect(notices.at(-1)).toMatchObject({ kind: 'recovered', lost: 0 });
    receiver.close();
    rmSync(join(folder, 'log'));
    receiver = new RawReceiver(local());
    log.write('2\n');
    expect(received(1)).toEqual(['190 2']);
    receiver.close();
    rmSync(join(folder, 'log'));
    receiver = new RawReceiver(local());
    log.reopen();
    log.write('3\n');
    expect(received(1)).toEqual(['190 3']);
    close(log);
    expect(log.lost).toBe(0);
  });

  it('cuts what no receiver takes, and skips what the system does not take', () => {
    receiver = new RawReceiver(local());
    const log = open(local());
    log.write(`${'x'.repeat(20_000)}\n`);
    expect(received(1)[0]).toMatch(/^190 x{8000}\.\.\.\(20000\)$/);
    close(log);
  });

  it('sends what it has before the process ends, and counts the rest', () => {
    receiver = new RawReceiver(local());
    const log = open(local());
    for (let line = 0; line < 5; line++) log.write(`${line}\n`);
    log.flushSync();
    expect(receiver.take().map(textOf)).toEqual(Array.from({ length: 5 }, (_, line) => `190 ${line}`));
    for (let line = 0; line < 500; line++) log.write(`${line}\n`);
    loop.tick(0);
    log.flushSync();
    const came = receiver.take().length;
    expect(came).toBeGreaterThan(0);
    expect(log.lost).toBe(500 - came);
    log.write('after\n');
    expect(received(1)).toEqual(['190 after']);
    close(log);
  });

  it('ends in time without a receiver, and loses nothing silently', () => {
    const log = open(local());
    log.write('1\n');
    close(log);
    expect(log.lost).toBe(1);
    expect(notices.map(({ kind }) => kind)).toEqual(['failing', 'closed']);
    log.write('2\n');
    expect(log.lost).toBe(2);
    close(log);
  });

  it('closes without a message, and while its receiver takes nothing', () => {
    receiver = new RawReceiver(local());
    close(open(local()));
    const log = open(local());
    for (let line = 0; line < 500; line++) log.write(`${line}\n`);
    loop.tick(0);
    close(log);
    expect(log.lost).toBe(500 - receiver.take().length);
  });
});
