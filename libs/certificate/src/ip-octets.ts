/** Returns the 4 or 16 octets of an IP address as text, or null where the text is none. */
export function ipOctets(text: string): Buffer | null {
  return text.includes(':') ? v6(text) : v4(text);
}

function v4(text: string): Buffer | null {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return null;
  return Buffer.from(parts.map(Number));
}

function v6(text: string): Buffer | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [head, tail] = halves.map(groups);
  if (head === undefined || head === null || tail === null) return null;
  if (tail === undefined) return head.length === 16 ? Buffer.from(head) : null;
  const gap = 16 - head.length - tail.length;
  return gap < 2 ? null : Buffer.from([...head, ...new Array<number>(gap).fill(0), ...tail]);
}

/** Octets of groups of hex digits, the last of which may be an IPv4 address. */
function groups(text: string): number[] | null {
  if (text === '') return [];
  const octets: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      const value = Number.parseInt(part, 16);
      octets.push(value >> 8, value & 0xff);
    } else {
      const last = index === parts.length - 1 ? v4(part) : null;
      if (last === null) return null;
      octets.push(...last);
    }
  }
  return octets;
}
