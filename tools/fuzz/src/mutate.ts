import type { Random } from './random.ts';

/** Inputs stay small: a fault that long inputs show also shows with short ones at low limits. */
export const MAX_INPUT = 2_048;

/** Bytes and numbers at which readers change their state. */
const EDGES = [
  0, 9, 10, 13, 32, 34, 37, 44, 45, 46, 47, 58, 59, 61, 63, 91, 92, 93, 123, 125, 127, 128, 160, 192, 255,
];
const NUMBERS =
  '0 1 2 -1 +1 00 01 7 8 9 10 15 16 63 64 65 255 256 1000 1001 4096 65535 65536 2147483647 2147483648 4294967296 9007199254740991 9007199254740992 18446744073709551616 f F ff 0x1 1e3 ffffffffffffffff 10000000000000000'.split(
    ' ',
  );

type Mutator = (input: Buffer, random: Random, words: readonly string[], other: Buffer) => Buffer;

/** Returns a copy of `input` after a few changes. Some changes take parts of `other`. */
export function mutate(input: Buffer, random: Random, words: readonly string[], other: Buffer): Buffer {
  let out = input;
  for (let left = 1 << random.below(4); left > 0; left--) {
    out = random.pick(MUTATORS)(out, random, words, other);
  }
  return out.length > MAX_INPUT ? out.subarray(0, MAX_INPUT) : out;
}

/** `bytes[0, start)`, `middle`, `bytes[end, ...)`. */
function replace(bytes: Buffer, start: number, end: number, middle: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, start), middle, bytes.subarray(end)]);
}

function setByte(input: Buffer, random: Random, byte: number): Buffer {
  const out = Buffer.from(input);
  if (out.length > 0) out[random.below(out.length)] = byte;
  return out;
}

function span(input: Buffer, random: Random): [start: number, end: number] {
  const start = random.below(input.length + 1);
  const most = random.once(4) ? input.length - start : Math.min(16, input.length - start);
  return [start, start + random.below(most + 1)];
}

const flipBit: Mutator = (input, random) => {
  const at = random.below(input.length);
  return setByte(input, random, (input[at] ?? 0) ^ (1 << random.below(8)));
};

const edgeByte: Mutator = (input, random) => setByte(input, random, random.pick(EDGES));

const anyByte: Mutator = (input, random) => setByte(input, random, random.below(256));

const insertByte: Mutator = (input, random) => {
  const at = random.below(input.length + 1);
  return replace(input, at, at, Uint8Array.of(random.once(2) ? random.pick(EDGES) : random.below(256)));
};

const remove: Mutator = (input, random) => replace(input, ...span(input, random), Buffer.alloc(0));

const duplicate: Mutator = (input, random) => {
  const [start, end] = span(input, random);
  return replace(input, end, end, input.subarray(start, end));
};

const move: Mutator = (input, random) => {
  const [start, end] = span(input, random);
  const rest = replace(input, start, end, Buffer.alloc(0));
  const at = random.below(rest.length + 1);
  return replace(rest, at, at, input.subarray(start, end));
};

const repeat: Mutator = (input, random) => {
  const [start, end] = span(input, random);
  const copies = Array.from({ length: 1 + random.below(70) }, () => input.subarray(start, end));
  return replace(input, start, end, Buffer.concat(copies));
};

const splice: Mutator = (input, random, _words, other) =>
  replace(input, ...span(input, random), other.subarray(...span(other, random)));

const cross: Mutator = (input, random, _words, other) =>
  replace(
    input,
    random.below(input.length + 1),
    input.length,
    other.subarray(random.below(other.length + 1)),
  );

const insertWord: Mutator = (input, random, words) => {
  const at = random.below(input.length + 1);
  return replace(input, at, at, Buffer.from(random.pick(words), 'latin1'));
};

/** Replaces a word of the language by another one. */
const exchangeWord: Mutator = (input, random, words) => {
  const text = input.toString('latin1');
  const found = words.filter((word) => word !== '' && text.includes(word));
  if (found.length === 0) return insertWord(input, random, words, input);
  const old = random.pick(found);
  const at = text.indexOf(old, random.below(text.length)) >= 0 ? text.lastIndexOf(old) : text.indexOf(old);
  return replace(input, at, at + old.length, Buffer.from(random.pick(words), 'latin1'));
};

/** Replaces a number by another one: lengths, sizes, ports, codes. */
const exchangeNumber: Mutator = (input, random) => {
  const runs = [...input.toString('latin1').matchAll(/[0-9]+|\b[0-9a-f]{1,8}\b/gi)];
  if (runs.length === 0) return insertByte(input, random, [], input);
  const run = random.pick(runs);
  const old = Number.parseInt(run[0], 10);
  const near = Number.isNaN(old) ? '0' : String(Math.max(0, old + random.below(5) - 2));
  const put = random.once(2) ? near : random.pick(NUMBERS);
  return replace(input, run.index, run.index + run[0].length, Buffer.from(put));
};

/** Changes the case of letters, for names that are compared without case. */
const changeCase: Mutator = (input, random) => {
  const [start, end] = span(input, random);
  const text = input.toString('latin1', start, end);
  return replace(
    input,
    start,
    end,
    Buffer.from(random.once(2) ? text.toUpperCase() : text.toLowerCase(), 'latin1'),
  );
};

/** Removes a line, repeats it, or moves it. */
const shuffleLines: Mutator = (input, random) => {
  const lines = input.toString('latin1').split('\n');
  const line = lines[random.below(lines.length)] as string;
  if (random.once(2)) lines.splice(random.below(lines.length), 1);
  if (random.once(2)) lines.splice(random.below(lines.length + 1), 0, line);
  return Buffer.from(lines.join('\n'), 'latin1');
};

const MUTATORS: readonly Mutator[] = [
  flipBit,
  edgeByte,
  anyByte,
  insertByte,
  insertByte,
  remove,
  remove,
  duplicate,
  move,
  repeat,
  splice,
  cross,
  insertWord,
  insertWord,
  exchangeWord,
  exchangeWord,
  exchangeNumber,
  exchangeNumber,
  changeCase,
  shuffleLines,
];
