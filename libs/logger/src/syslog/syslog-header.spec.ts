import { LogClock } from '../text/log-clock.ts';
import { SyslogHeader } from './syslog-header.ts';
import type { SyslogTarget } from './syslog-target.ts';

const LOCAL = { family: 'unix', path: '/dev/log' } as const;
const UDP = { family: 'ipv4', host: '192.0.2.1', port: 514 } as const;

describe('SyslogHeader', () => {
  const time = { now: 0, day: 5 };
  const clock = new LogClock(time, () => new Date(2026, 10, time.day, 1, 2, 3).getTime());

  beforeEach(() => {
    time.now += 5000;
    clock.update();
  });

  it.each<[string, Partial<SyslogTarget>, number, () => string]>([
    ['RFC 3164, local', { address: LOCAL, form: 3164 }, 6, () => '<190>Nov  5 01:02:03 web[7]: '],
    ['RFC 3164, UDP', { address: UDP, form: 3164 }, 6, () => '<190>Nov  5 01:02:03 host web[7]: '],
    ['RFC 5424', { address: UDP, form: 5424 }, 3, () => `<187>1 ${clock.iso} host web 7 - - `],
    ['facility 0', { address: LOCAL, form: 5424, facility: 0 }, 0, () => `<0>1 ${clock.iso} host web 7 - - `],
  ])('%s', (_name, part, severity, expected) => {
    const target = { address: LOCAL, form: 3164, facility: 23, severity: 6, tag: 'web', ...part } as const;
    expect(new SyslogHeader(target, clock, 'host', 7).of(severity)).toBe(expected());
  });

  it('follows the clock, and names no host in characters that it may not have', () => {
    const header = new SyslogHeader(
      { address: UDP, form: 3164, facility: 1, severity: 6, tag: 'web' },
      clock,
      'a \u00e9b',
      7,
    );
    expect(header.of(5)).toBe('<13>Nov  5 01:02:03 ab web[7]: ');
    time.now += 1000;
    time.day = 15;
    expect(header.of(5)).toBe('<13>Nov 15 01:02:03 ab web[7]: ');
    time.day = 5;
  });
});
