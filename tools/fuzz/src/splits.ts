import { Random, seedOf } from './random.ts';

const LEAD = 3;
const TAIL = 5;
const NOISE = 0x21;

/** The ways in which the same bytes arrive: all at once, one by one, and in pieces whose sizes follow from the bytes. */
export function splitsOf(input: Buffer): Buffer[][] {
  const random = new Random(seedOf(input));
  return [[input], single(input), pieces(input, random, 2), pieces(input, random, 5)];
}

/** Longer inputs come seven bytes at a time. Otherwise most of the time would go into handing over single bytes. */
function single(input: Buffer): Buffer[] {
  const size = input.length > 256 ? 7 : 1;
  return Array.from({ length: Math.ceil(input.length / size) }, (_none, i) =>
    input.subarray(i * size, (i + 1) * size),
  );
}

function pieces(input: Buffer, random: Random, count: number): Buffer[] {
  const cuts = Array.from({ length: count - 1 }, () => random.below(input.length + 1)).sort((a, b) => a - b);
  return [0, ...cuts].map((start, i) => input.subarray(start, cuts[i] ?? input.length));
}

/**
 * Hands over each piece as a server does: in one receive buffer, not at its beginning, with other bytes around it. The
 * buffer is overwritten before the next piece comes.
 * @param take gets the buffer and the piece's place in it; false ends the run
 */
export function deliver(
  parts: readonly Buffer[],
  take: (bytes: Buffer, start: number, end: number) => boolean,
): void {
  const receive = Buffer.alloc(LEAD + Math.max(0, ...parts.map((part) => part.length)) + TAIL);
  for (const part of parts) {
    receive.fill(NOISE);
    part.copy(receive, LEAD);
    if (!take(receive, LEAD, LEAD + part.length)) break;
  }
  receive.fill(NOISE);
}
