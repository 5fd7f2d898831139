// What an application of FastCGI has answered (FastCGI Specification, sections 3.3 and 5.5), read from all of its bytes at once.

const HEADER = 8;
const END_REQUEST = 3;
const STDOUT = 6;
const STDERR = 7;

export interface Answer {
  readonly stdout: string;
  readonly stderr: string;
  /** How often the script has closed its output. */
  readonly closed: number;
  /** Status and protocol status; null before the end of the request. */
  readonly end: readonly [number, number] | null;
  readonly sound: boolean;
  /** Bytes up to the end of the request, or to the header that makes no sense. */
  readonly used: number;
}

export function answerIn(input: Buffer): Answer {
  let stdout = '';
  let stderr = '';
  let closed = 0;
  for (let at = 0; ; ) {
    if (at + HEADER > input.length) {
      return { stdout, stderr, closed, end: null, sound: true, used: input.length };
    }
    const id = input.readUInt16BE(at + 2);
    const length = input.readUInt16BE(at + 4);
    const type = id === 0 ? 0 : input[at + 1];
    const known = id === 0 || (id === 1 && (type === END_REQUEST || type === STDOUT || type === STDERR));
    const wrongEnd = type === END_REQUEST && length !== 8;
    if (input[at] !== 1 || !known || wrongEnd) {
      return { stdout, stderr, closed, end: null, sound: false, used: at + HEADER };
    }
    const start = at + HEADER;
    const content = input.toString('latin1', start, start + length);
    const next = start + length + (input[at + 6] ?? 0);
    const whole = next <= input.length;
    if (type === STDOUT) stdout += content;
    if (type === STDERR) stderr += content;
    if (type === STDOUT && length === 0 && whole) closed++;
    if (type === END_REQUEST && whole) {
      const end = [input.readUInt32BE(start), input[start + 4] ?? 0] as const;
      return { stdout, stderr, closed, end, sound: true, used: next };
    }
    if (!whole) return { stdout, stderr, closed, end: null, sound: true, used: input.length };
    at = next;
  }
}
