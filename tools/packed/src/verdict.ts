import { join } from 'node:path';
import { run } from './run.ts';
import type { Tarball } from './tarball.ts';
import { internalOf } from './workspace.ts';

/** What publint and attw find in a tarball; nothing, if it is as it should be. */
export interface Verdict {
  readonly name: string;
  readonly publint: readonly string[];
  readonly attw: readonly object[];
}

/**
 * A library is an ES module only: it promises neither `require`, which loads one from Node 20.19 on, nor a resolution that
 * knows no `exports` (TypeScript's node10). The app is CommonJS, has a `main`, and is found in every way.
 */
export async function judged(tarballs: readonly Tarball[]): Promise<Verdict[]> {
  const asked = tarballs.map(({ file, manifest }) => ({
    file,
    esm: manifest.main === undefined,
    internal: internalOf(manifest),
  }));
  const words = [join(__dirname, 'judge.mjs'), JSON.stringify(asked)];
  const { code, stdout, stderr } = await run(process.execPath, words, __dirname, 240_000);
  if (code !== 0) throw new Error(`publint or attw has failed: ${stderr}`);
  const verdicts = JSON.parse(stdout) as Omit<Verdict, 'name'>[];
  return verdicts.map((verdict, index) => ({ name: tarballs[index]!.manifest.name, ...verdict }));
}

/** `@webserv/event-loop/testing` is of the package `@webserv/event-loop`. */
export function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
