import { hashFormat, isUnfit } from './hash-format.ts';

/** Who may come in: the hash of each user's password. */
export type Accounts = ReadonlyMap<string, string>;

/** A line that is no account. */
export interface BadLine {
  /** From 1. */
  readonly line: number;
  readonly message: string;
  readonly expected: string;
}

/** Bytes of the largest file that is read, and of the longest user name and password. */
export const FILE_MAX = 4 << 20;
export const USER_MAX = 255;
export const PASSWORD_MAX = 255;

const LINE = 'USER:HASH, as "webserv passwd FILE USER" writes it';

/**
 * Reads the text of an htpasswd file: a line for each user, `USER:HASH`, and what stands behind one more colon is a comment.
 * Blank lines and those from `#` on say nothing.
 */
export function readAccounts(text: string): {
  readonly accounts: Accounts;
  readonly badLines: readonly BadLine[];
} {
  const accounts = new Map<string, string>();
  const badLines: BadLine[] = [];
  const firstLines = new Map<string, number>();
  let line = 0;
  for (const written of text.split('\n')) {
    line++;
    const content = written.endsWith('\r') ? written.slice(0, -1) : written;
    if (content.trim() === '' || content.startsWith('#')) continue;
    const account = readLine(content);
    if ('message' in account) {
      badLines.push({ line, ...account });
      continue;
    }
    const { user, hash } = account;
    const first = firstLines.get(user);
    if (first === undefined) {
      firstLines.set(user, line);
      accounts.set(user, hash);
    } else badLines.push({ line, message: `this user is on line ${first} already`, expected: 'one line' });
  }
  return { accounts, badLines };
}

/** Why a name is none of a user, or ''. A colon ends the name, and what cannot be printed would make lines in logs. */
export function userProblem(user: string): string {
  if (user === '') return 'the user has no name';
  if (user.includes(':')) return 'there is a ":" in the name of the user';
  if (user.startsWith('#')) return 'the name of the user begins with "#"';
  if (user.trim() !== user) return 'there is a space at an end of the name of the user';
  if (/[\p{Cc}\u2028\u2029]/u.test(user)) return 'there is a control character in the name of the user';
  return utf8Length(user) > USER_MAX ? `the name of the user has more than ${USER_MAX} bytes` : '';
}

function readLine(
  content: string,
):
  | { readonly user: string; readonly hash: string }
  | { readonly message: string; readonly expected: string } {
  const colon = content.indexOf(':');
  if (colon < 0) return { message: 'there is no ":" behind a user', expected: LINE };
  const user = content.slice(0, colon);
  const problem = userProblem(user);
  if (problem !== '') return { message: problem, expected: LINE };
  const [hash = ''] = content.slice(colon + 1).split(':', 1);
  if (hash === '') return { message: 'there is no hash behind the user', expected: LINE };
  const format = hashFormat(hash);
  return isUnfit(format) ? format : { user, hash };
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
