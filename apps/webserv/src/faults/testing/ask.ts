import type { Random } from '@webserv/event-loop/testing';
import type { Answer } from './answer-reader.ts';
import type { MemoryDisk } from './memory-disk.ts';
import type { SitePlan } from './site-plan.ts';

/** The steps of the run between which a request was under way, and the disk that remembers them. */
interface Past {
  readonly disk: MemoryDisk;
  readonly from: number;
  readonly to: number;
  /** Nothing has failed that could excuse anything. */
  readonly calm: boolean;
}

/** One request, and what may come back. */
export interface Ask {
  readonly label: string;
  readonly method: string;
  readonly head: string;
  readonly body: string;
  /** It waits for 100 (Continue) before it sends its body. */
  readonly expects?: boolean;
  /** Nothing may be sent behind it: its connection ends with its answer. */
  readonly ends?: boolean;
  /** Its body is more than a server reads that does not want it: the connection may end behind an early answer. */
  readonly floods?: boolean;
  /**
   * A script answers: how its output ends is guessed from how long it is silent, so a clock that jumps may cut it short.
   */
  readonly script?: boolean;
  /** Of the file that may become shorter while it is sent. */
  readonly large?: boolean;
  /** The only right end is that the answer breaks off. */
  readonly breaks?: boolean;
  /** @returns what is wrong with the answer, or null */
  judge(answer: Answer, past: Past): string | null;
}

/** What asks are drawn from. */
export interface AskContext {
  readonly random: Random;
  /** It has eyes for one file alone, which all share. */
  readonly devoted: boolean;
  readonly site: SitePlan;
  /** Number of the visitor. */
  readonly who: number;
  /** A text that stands in no other request. */
  readonly mark: string;
}

export function headOf(method: string, target: string, fields: readonly string[] = []): string {
  return `${[`${method} ${target} HTTP/1.1`, 'Host: one', ...fields].join('\r\n')}\r\n\r\n`;
}

/** @returns null where the status is one of these */
export function statusIs(answer: Answer, ...statuses: number[]): string | null {
  return statuses.includes(answer.status) ? null : `status ${answer.status}, not ${statuses.join(' or ')}`;
}

export function bodyIs(answer: Answer, body: Buffer | string): string | null {
  const expected = Buffer.from(body as string);
  if (answer.body.equals(expected)) return null;
  const shown = JSON.stringify(answer.body.toString('latin1', 0, 60));
  return `a body of ${answer.body.length} bytes, ${shown}, not of ${expected.length}`;
}

/** The answer to a GET of a file, whatever has become of it meanwhile. */
export function isFile(answer: Answer, past: Past, path: string, check = whole): string | null {
  let complaint: string | null = null;
  for (const content of past.disk.between(path, past.from, past.to)) {
    complaint = content === null ? statusIs(answer, 404) : check(answer, content);
    if (complaint === null) return null;
  }
  return complaint;
}

function whole(answer: Answer, content: Buffer): string | null {
  return statusIs(answer, 200) ?? bodyIs(answer, content);
}
