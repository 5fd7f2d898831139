/**
 * The names of uploads that are not complete. They lie in the upload folder itself, so that a rename within one file system
 * puts an upload in place. They begin with a dot, and stay hidden even if a location shows dotfiles.
 *
 *     .webserv-upload-RUN-7.part    content that is still coming, or the second name of a file that is being replaced
 *     .webserv-upload-RUN-8.form    the files of one form that are being put in place (journal.ts)
 */
export const TEMPORARY_PREFIX = '.webserv-upload-';
const NAME = /^\.webserv-upload-([0-9a-z]{16})-[0-9a-z]+\.(part|form)$/;

/**
 * Identifies this run of the process. A pid does not: containers that share a folder have the same pids. The word is no
 * secret, so it needs no `crypto`, which Node takes 5 ms to load at every start.
 */
export const RUN = Array.from({ length: 16 }, () => Math.floor(36 * Math.random()).toString(36)).join('');
let count = 0;

/** Returns a word of `length` letters and digits that cannot be guessed and is, in all likelihood, new. */
export function randomWord(length: number): string {
  let word = '';
  while (word.length < length) {
    const byte = crypto.getRandomValues(new Uint8Array(1))[0];
    // 252 is 7 times 36, so that all letters and digits are equally likely.
    if (byte < 252) word += (byte % 36).toString(36);
  }
  return word;
}

export function temporaryName(): string {
  return `${TEMPORARY_PREFIX}${RUN}-${(count++).toString(36)}.part`;
}

export function journalName(): string {
  return `${TEMPORARY_PREFIX}${RUN}-${(count++).toString(36)}.form`;
}

/** The parts of a temporary name in an upload folder. */
interface Temporary {
  readonly run: string;
  readonly kind: 'part' | 'form';
}

export function parseTemporary(name: string): Temporary | null {
  const parts = NAME.exec(name);
  if (parts === null) return null;
  return { run: parts[1], kind: parts[2] as Temporary['kind'] };
}
