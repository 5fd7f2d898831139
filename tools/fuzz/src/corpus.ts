import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The kept inputs of a target: one a line, each a JSON string with one character per byte. */
export function readCorpus(folder: string, name: string): Buffer[] {
  const file = join(folder, `${name}.jsonl`);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => inputOf(line));
}

/** Writes the inputs with the short ones first, so that the difference of two corpora is readable. */
export function writeCorpus(folder: string, name: string, inputs: readonly Buffer[]): void {
  const lines = inputs.map((input) => lineOf(input));
  lines.sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  writeFileSync(join(folder, `${name}.jsonl`), lines.map((line) => `${line}\n`).join(''));
}

/** Returns an input as a corpus and a report write it, in ASCII. */
export function lineOf(input: Buffer): string {
  return JSON.stringify(input.toString('latin1')).replace(
    /[\x7f-\xff]/g,
    (c) => `\\u00${c.charCodeAt(0).toString(16)}`,
  );
}

/** @throws if the line is not a JSON string */
export function inputOf(line: string): Buffer {
  return Buffer.from(JSON.parse(line) as string, 'latin1');
}
