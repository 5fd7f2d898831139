import type { LogClock } from '../text/log-clock.ts';
import type { SyslogTarget } from './syslog-target.ts';

const SEVERITIES = 8;

/**
 * Makes what stands before the text of a message, once a second for each severity. A message over a unix socket in the
 * form of RFC 3164 names no host: the system's own logger expects none there.
 */
export class SyslogHeader {
  private readonly target: SyslogTarget;
  private readonly clock: LogClock;
  private readonly sender: string;
  private readonly made: string[] = new Array<string>(SEVERITIES).fill('');
  private time = '';

  /** @param host the name of this machine */
  constructor(target: SyslogTarget, clock: LogClock, host: string, pid: number) {
    this.target = target;
    this.clock = clock;
    const { form, tag, address } = target;
    const machine = visible(host);
    if (form === 5424) this.sender = ` ${machine} ${tag} ${pid} - - `;
    else this.sender = `${address.family === 'unix' ? '' : ` ${machine}`} ${tag}[${pid}]: `;
  }

  of(severity: number): string {
    const { clock, made } = this;
    clock.update();
    if (clock.iso !== this.time) {
      this.time = clock.iso;
      made.fill('');
    }
    if (made[severity] === '') made[severity] = this.make(severity);
    return made[severity];
  }

  private make(severity: number): string {
    const { form, facility } = this.target;
    const priority = `<${facility * SEVERITIES + severity}>`;
    return `${priority}${form === 5424 ? `1 ${this.clock.iso}` : this.clock.bsd}${this.sender}`;
  }
}

/** HOSTNAME is visible ASCII (RFC 5424 section 6.2.4). */
function visible(host: string): string {
  return host.replace(/[^\x21-\x7e]/g, '').slice(0, 255) || '-';
}
