const PLAIN = 0x61;

/**
 * Makes an input as short and plain as possible: leaves out ever shorter stretches, and then tries `a` for each byte.
 * @param keeps true if an input still shows the fault or reaches the place
 * @param most the highest number of calls of `keeps`
 */
export function minimize(input: Buffer, keeps: (input: Buffer) => boolean, most = 4_000): Buffer {
  let left = most;
  const tried = (candidate: Buffer): boolean => left-- > 0 && keeps(candidate);
  let out = input;
  for (let size = Math.max(1, out.length >> 1); size >= 1 && left > 0; size >>= 1) {
    for (let at = 0; at < out.length && left > 0; ) {
      const shorter = Buffer.concat([out.subarray(0, at), out.subarray(at + size)]);
      if (tried(shorter)) out = shorter;
      else at += size;
    }
  }
  for (let at = 0; at < out.length && left > 0; at++) {
    if (out[at] === PLAIN) continue;
    const plain = Buffer.from(out);
    plain[at] = PLAIN;
    if (tried(plain)) out = plain;
  }
  return out;
}
