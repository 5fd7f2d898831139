import type { Address } from '@webserv/event-loop';

/** A system log, and what its messages say of their sender. */
export interface SyslogTarget {
  /** A datagram socket. */
  readonly address: Address;
  /** 3164 is the older form (`<30>Nov 22 10:11:12 host tag[pid]: text`), 5424 the one of RFC 5424. */
  readonly form: 3164 | 5424;
  /** RFC 5424 section 6.2.1, 0 to 23. */
  readonly facility: number;
  /** Of lines without a severity of their own. */
  readonly severity: number;
  /** The name of the program. */
  readonly tag: string;
}
