/**
 * The names of uploads that are not whole yet. They lie in the folder where the upload goes, so that putting it in place
 * is a rename within one file system; they begin with a dot, and are hidden even where dotfiles are shown.
 *
 *     .webserv-upload-RUN-7.part    content on its way, or the second name of a file that is being replaced
 *     .webserv-upload-RUN-8.form    the files of one form that are being put in place (journal.ts)
 */
export const TEMPORARY_PREFIX = '.webserv-upload-';
const NAME = /^\.webserv-upload-([0-9a-z]{16})-[0-9a-z]+\.(part|form)$/;

/**
 * This run of the process. A pid would not tell: containers that share a folder have the same ones. It is no secret, and
 * what keeps secrets (`crypto`) takes Node 5 ms to load, and no start should wait for that.
 */
export const RUN = Array.from({ length: 16 }, () => Math.floor(36 * Math.random()).toString(36)).join('');
let count = 0;

/** A word of `length` letters and digits that nobody has used before, in all likelihood, and that nobody can guess. */
export function randomWord(length: number): string {
  let word = '';
  while (word.length < length) {
    const byte = crypto.getRandomValues(new Uint8Array(1))[0];
    // 252 is 7 times 36: each letter and digit is as likely as the others.
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

/** What a name in an upload folder is, where it is none of a file. */
interface Temporary {
  readonly run: string;
  readonly kind: 'part' | 'form';
}

export function parseTemporary(name: string): Temporary | null {
  const parts = NAME.exec(name);
  if (parts === null) return null;
  return { run: parts[1], kind: parts[2] as Temporary['kind'] };
}
