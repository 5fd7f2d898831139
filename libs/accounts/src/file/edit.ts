/**
 * Returns the text of an htpasswd file with another hash for a user, on the line of the user or on a new one. Everything
 * else stays.
 */
export function withAccount(text: string, user: string, hash: string): string {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.startsWith(`${user}:`));
  if (at >= 0) return lines.with(at, `${user}:${hash}`).join('\n');
  const before = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  return `${before}${user}:${hash}\n`;
}

/** Returns the text without the lines of a user, or null if there are none. */
export function withoutAccount(text: string, user: string): string | null {
  const lines = text.split('\n');
  const left = lines.filter((line) => !line.startsWith(`${user}:`));
  return left.length === lines.length ? null : left.join('\n');
}
