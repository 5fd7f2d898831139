import { printable } from '../printable.ts';

/** `stops`: the server could not start. `breaks`: what the config promises would not work. Neither is what only slows. */
type Weight = 'stops' | 'breaks' | 'warns' | 'notes';

/** One thing that the doctor has seen. */
export interface Finding {
  readonly weight: Weight;
  /** What it is about: `ports`, `limits`. */
  readonly about: string;
  readonly message: string;
  /** A command, or a directive to write; '' where nothing has to be done. */
  readonly fix: string;
}

const HEADS: Readonly<Record<Weight, readonly [word: string, color: string]>> = {
  stops: ['stops', '\x1b[31m'],
  breaks: ['breaks', '\x1b[31m'],
  warns: ['warns', '\x1b[33m'],
  notes: ['notes', '\x1b[2m'],
};
const WIDTH = 8;
const PLAIN = '\x1b[0m';
const ORDER = ['stops', 'breaks', 'warns', 'notes'];

/** Whether something would stop the server, or break what its config promises. */
export function isSerious({ weight }: Finding): boolean {
  return weight === 'stops' || weight === 'breaks';
}

/** The worst first; otherwise in the order in which they were found. */
export function byWeight(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => ORDER.indexOf(a.weight) - ORDER.indexOf(b.weight));
}

/** Returns what people read: each finding, how to fix it, and a last line that counts. */
export function findingsText(findings: readonly Finding[], color: boolean): string {
  const lines: string[] = [];
  for (const { weight, about, message, fix } of byWeight(findings)) {
    const [word, start] = HEADS[weight];
    const head = word.padEnd(WIDTH);
    const [first = '', ...more] = message.split('\n').map(printable);
    lines.push(`${color ? `${start}${head}${PLAIN}` : head}${about}: ${first}`);
    for (const line of more) lines.push(`${' '.repeat(WIDTH)}${line}`);
    if (fix !== '') lines.push(`${' '.repeat(WIDTH)}fix: ${fix.split('\n').map(printable).join('\n')}`);
  }
  const serious = findings.filter(isSerious).length;
  const warnings = findings.filter(({ weight }) => weight === 'warns').length;
  lines.push(`${plural(serious, 'problem')}, ${plural(warnings, 'warning')}`);
  return `${lines.join('\n')}\n`;
}

function plural(count: number, noun: string): string {
  return `${count === 0 ? 'no' : count} ${noun}${count === 1 ? '' : 's'}`;
}
