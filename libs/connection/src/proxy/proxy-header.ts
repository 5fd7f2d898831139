import { formatIp, parseIp } from '@webserv/config';

export const ProxyStatus = { MORE: 0, DONE: 1, BROKEN: 2 } as const;
export type ProxyStatus = (typeof ProxyStatus)[keyof typeof ProxyStatus];

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const PREFIX = Buffer.from('PROXY ', 'latin1');
/** Bytes that every header has, and that tell the two versions apart. */
const FIRST = 12;
const FIXED = 16;
/** The longest line of version 1, with its end. */
const LINE_MAX = 107;
/** Bytes of version 2 behind its fixed part. HAProxy itself takes no header that is larger than its buffer. */
const REST_MAX = 16 << 10;
const CR = 0x0d;
const LF = 0x0a;
/** Bytes that a line has at least, by its protocol. */
const SHORTEST: readonly (readonly [start: string, size: number])[] = [
  ['PROXY TCP4 ', 'PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n'.length],
  ['PROXY TCP6 ', 'PROXY TCP6 :: :: 0 0\r\n'.length],
  ['PROXY ', 'PROXY UNKNOWN\r\n'.length],
];
/** Bytes of the two addresses and ports of version 2, by family. */
const ADDRESSES: Readonly<Record<number, number>> = { 1: 12, 2: 36, 3: 216 };
const STREAM = 1;
const PORT = /^(?:0|[1-9]\d{0,4})$/;

/**
 * A header of the PROXY protocol, version 1 or 2, as it comes. It says how many bytes to receive next, and never asks for
 * one behind its end: those belong to the protocol that follows, which has its own way to receive them.
 */
export class ProxyHeader {
  status: ProxyStatus = ProxyStatus.MORE;
  /** Why it is broken. */
  reason = '';
  /** The address of the client. '' if the header names none: it comes from the proxy itself (LOCAL, UNKNOWN). */
  remote = '';
  /** The most bytes that may be received next. */
  wanted = FIRST;
  private readonly bytes = Buffer.allocUnsafe(FIXED + 216);
  private length = 0;
  /** Of version 2: where its addresses end, and bytes behind them that mean nothing here. */
  private end = 0;
  private skip = 0;

  /** Whether a byte has come. */
  get begun(): boolean {
    return this.length > 0;
  }

  /** Takes bytes, at most `wanted`. */
  feed(from: Uint8Array, start: number, end: number): ProxyStatus {
    const size = end - start;
    if (this.end > 0 && this.length === this.end) this.skip -= size;
    else {
      this.bytes.set(from.subarray(start, end), this.length);
      this.length += size;
    }
    this.look();
    return this.status;
  }

  private look(): void {
    const { bytes, length } = this;
    const seen = Math.min(length, FIRST);
    if (SIGNATURE.compare(bytes, 0, seen, 0, seen) === 0) this.lookAtSecond();
    else if (PREFIX.compare(bytes, 0, Math.min(seen, PREFIX.length), 0, Math.min(seen, PREFIX.length)) === 0)
      this.lookAtFirst();
    else this.break('no PROXY header');
  }

  // ---- version 1 ---------------------------------------------------------------------------------------------

  private lookAtFirst(): void {
    const { bytes, length } = this;
    const cr = bytes.subarray(0, length).indexOf(CR);
    const lf = bytes.subarray(0, length).indexOf(LF);
    // What comes first counts, so that it does not matter how the line was cut.
    if (lf >= 0 && (cr < 0 || lf < cr)) this.break('a line end without CR');
    else if (cr >= 0 && cr + 1 < length && bytes[cr + 1] !== LF) this.break('a CR within the line');
    else if (cr >= 0 && cr + 1 < length) this.readLine(bytes.toString('latin1', 0, cr));
    else if (length >= LINE_MAX) this.break('the line is too long');
    else this.wanted = Math.min(LINE_MAX - length, cr >= 0 ? 1 : Math.max(2, this.shortest() - length));
  }

  private shortest(): number {
    const text = this.bytes.toString('latin1', 0, Math.min(this.length, FIRST));
    if (text.length < FIRST) return FIRST;
    return SHORTEST.find(([start]) => text.startsWith(start))?.[1] ?? FIRST;
  }

  private readLine(line: string): void {
    const [, protocol = '', source = '', destination = '', ...ports] = line.split(' ');
    if (protocol === 'UNKNOWN') {
      this.done('');
      return;
    }
    if (protocol !== 'TCP4' && protocol !== 'TCP6') {
      this.break('the protocol is none of TCP4, TCP6 and UNKNOWN');
      return;
    }
    const [from, to] = [source, destination].map((text) =>
      text.includes(':') === (protocol === 'TCP6') ? parseIp(text) : null,
    );
    if (from == null || to == null) this.break(`no address of ${protocol}`);
    else if (ports.length !== 2 || !ports.every((port) => PORT.test(port) && Number(port) <= 65_535)) {
      this.break('no pair of ports');
    } else this.done(formatIp(from));
  }

  // ---- version 2 ---------------------------------------------------------------------------------------------

  private lookAtSecond(): void {
    const { bytes, length } = this;
    if (length < FIXED) this.wanted = (length < FIRST ? FIRST : FIXED) - length;
    else if (this.end === 0 && !this.readFixed()) return;
    else if (length < this.end) this.wanted = this.end - length;
    else if (this.skip > 0) this.wanted = Math.min(this.skip, bytes.length);
    else this.readAddresses();
  }

  /** @returns whether the fixed part is sound */
  private readFixed(): boolean {
    const { bytes } = this;
    const command = bytes[12] as number;
    const rest = bytes.readUInt16BE(14);
    if (command >> 4 !== 2) return this.break('the version is not 2');
    if ((command & 0xf) > 1) return this.break('the command is none of LOCAL and PROXY');
    if (rest > REST_MAX) return this.break('the header is too long');
    const needed = this.needed;
    if (rest < needed) return this.break('the addresses are cut');
    this.end = FIXED + needed;
    this.skip = rest - needed;
    return true;
  }

  /** Bytes of its addresses: none of LOCAL, and none of a family or a transport that is not known here. */
  private get needed(): number {
    const [command = 0, family = 0] = [this.bytes[12], this.bytes[13]];
    if ((command & 0xf) === 0 || (family & 0xf) !== STREAM) return 0;
    return ADDRESSES[family >> 4] ?? 0;
  }

  private readAddresses(): void {
    const { bytes, needed } = this;
    const at = FIXED;
    if (needed === 0) this.done('');
    else if (needed === 12) this.done(bytes.subarray(at, at + 4).join('.'));
    else if (needed === 36) this.done(formatIp(bytes.subarray(at, at + 16)));
    else this.done('unix:');
  }

  private done(remote: string): void {
    this.remote = remote;
    this.wanted = 0;
    this.status = ProxyStatus.DONE;
  }

  private break(reason: string): false {
    this.reason = reason;
    this.wanted = 0;
    this.status = ProxyStatus.BROKEN;
    return false;
  }
}
