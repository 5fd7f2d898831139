const DEFAULT_PORT: Readonly<Record<string, string>> = { http: ':80', https: ':443' };

/** Whether two authorities name the same entity: in any letter case, and with or without the port that the scheme has. */
export function isSameAuthority(one: string, other: string, scheme: string): boolean {
  return one === other || normal(one, scheme) === normal(other, scheme);
}

function normal(authority: string, scheme: string): string {
  const lower = authority.toLowerCase();
  const port = DEFAULT_PORT[scheme] ?? '';
  return port !== '' && lower.endsWith(port) ? lower.slice(0, -port.length) : lower;
}
