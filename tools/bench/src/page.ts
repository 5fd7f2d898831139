/** A page of exactly `size` bytes that does not compress to nothing. */
export function page(size: number): Buffer {
  const file = Buffer.alloc(size);
  const head = '<!doctype html><meta charset="utf-8"><title>bench</title>\n';
  // A linear congruential sequence: the same bytes in every run, on every machine.
  let state = 1;
  for (let at = 0; at < size; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    file[at] = at % 64 === 63 ? 10 : 97 + ((state >>> 24) % 26);
  }
  file.write(head, 0, Math.min(size, head.length), 'latin1');
  return file;
}
