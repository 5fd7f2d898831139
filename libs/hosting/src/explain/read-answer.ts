/** Reads the head of a response, behind those that only said that it is to come. Returns null if there is none. */
export function readAnswer(
  received: Buffer,
): { readonly status: number; readonly head: readonly string[] } | null {
  const text = received.toString('latin1');
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\r\n\r\n', at);
    if (end < 0) return null;
    const head = text.slice(at, end).split('\r\n');
    const status = Number(head[0]?.split(' ')[1]);
    if (status >= 200) return { status, head };
    at = end + 4;
  }
  return null;
}
