/** The names of a README, whatever the case: the first that a folder has is shown. */
const NAMES: readonly string[] = ['readme.md', 'readme.txt', 'readme'];
const LONGEST = 10;

/** Whether a name of a folder is that of its README, rather than another one. @param other '' if none is known yet */
export function goesBefore(name: string, other: string): boolean {
  if (name.length > LONGEST) return false;
  const rank = NAMES.indexOf(name.toLowerCase());
  if (rank < 0) return false;
  if (other === '') return true;
  const known = NAMES.indexOf(other.toLowerCase());
  // Of several spellings on one disk it is always the same one, in whatever order the disk names them.
  return rank === known ? name < other : rank < known;
}

/** Whether a README is Markdown, and no plain text. */
export function isMarkdown(path: string): boolean {
  return path.toLowerCase().endsWith('.md');
}
