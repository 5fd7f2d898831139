import { writeSync } from 'node:fs';
import { setPriority } from 'node:os';
import { type Config, load, packConfig, report } from '@webserv/config';

/** Those that are served meanwhile go first (setpriority(2)). */
const NICE = 10;
const STDOUT = 1;

/**
 * What the process does that checks a config for a running server: it reads the file, and writes lines. Each begins with
 * what it is: `c` a piece of the packed config, `w` the warnings, `p` what is wrong, both as one JSON string.
 * @param problemsOf finds what only the start would find
 */
export function checkMain(file: string, problemsOf: (config: Config) => readonly string[]): void {
  setPriority(NICE);
  const result = load(file);
  if (!result.ok) {
    say('p', JSON.stringify(report(result.diagnostics)));
    return;
  }
  const problems = problemsOf(result.config);
  if (problems.length > 0) {
    say('p', JSON.stringify(problems.join('\n')));
    return;
  }
  say('w', JSON.stringify(report(result.warnings)));
  for (const piece of packConfig(result.config)) say('c', piece);
}

function say(kind: string, text: string): void {
  const bytes = Buffer.from(`${kind}${text}\n`);
  for (let at = 0; at < bytes.length; ) at += writeSync(STDOUT, bytes, at);
}
