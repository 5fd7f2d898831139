/**
 * The names of uploads that are not whole yet. They lie in the folder where the upload goes, so that putting it in place
 * is a rename within one file system; they begin with a dot, and are hidden even where dotfiles are shown.
 */
export const TEMPORARY_PREFIX = '.webserv-upload-';
const NAME = /^\.webserv-upload-(\d{1,10})-([0-9a-z]{8})-[0-9a-z]+\.part$/;

/** Tells this run of the process from earlier ones: in a container every run has the same pid. */
const RUN = randomWord(8);
let count = 0;

/** A word of `length` letters and digits that nobody has used before, in all likelihood. */
export function randomWord(length: number): string {
  let word = '';
  while (word.length < length) word += Math.floor(Math.random() * 36).toString(36);
  return word;
}

export function temporaryName(): string {
  return `${TEMPORARY_PREFIX}${process.pid}-${RUN}-${(count++).toString(36)}.part`;
}

/**
 * Whether a name is that of a temporary whose server is no more.
 * @param lives whether a process of that id is there
 */
export function isAbandoned(name: string, lives: (pid: number) => boolean): boolean {
  const parts = NAME.exec(name);
  if (parts === null) return false;
  const pid = Number(parts[1]);
  return pid === process.pid ? parts[2] !== RUN : !lives(pid);
}
