import { storeProblems } from '@webserv/acme';
import { CONFIG_NAME, type Words } from '@webserv/command';
import { type Config, type Diagnostic, effective, load, report, toJson } from '@webserv/config';
import { Contexts } from '@webserv/connection';
import { accountProblems } from '@webserv/hosting';
import { colored } from '@webserv/logger';
import { VERSION } from '../server/version.ts';
import { Signals } from './signals.ts';
import { startAll } from './start.ts';

const STDERR = 2;

/** Does what is asked for with a configuration: serves by it, checks it, or prints what is in force. */
export function byConfig({ options }: Words): void {
  const file = options.get('config') ?? CONFIG_NAME;
  const json = options.has('json');
  const result = load(file);
  printDiagnostics(result.ok ? result.warnings : result.diagnostics, json);
  if (!result.ok) process.exitCode = 1;
  else if (options.has('effective')) process.stdout.write(effective(result.config));
  else if (options.has('test')) check(result.config, file, json);
  else {
    startAll(result.config, new Signals(true), ({ addresses, driver }) => {
      process.stderr.write(`webserv ${VERSION}: serving on ${addresses.join(', ')} (${driver})\n`);
    });
  }
}

function check(config: Config, file: string, json: boolean): void {
  const problems = problemsOf(config);
  if (problems.length > 0) {
    process.stderr.write(`${problems.join('\n')}\n`);
    process.exitCode = 1;
  } else if (!json) process.stderr.write(`${file}: the configuration is good\n`);
}

/** Returns a config that is good, also for the account that serves by it; or reports it as `-t` does, and returns null. */
export function goodConfig(file: string, json: boolean): Config | null {
  const result = load(file);
  if (!result.ok) printDiagnostics(result.diagnostics, json);
  const problems = result.ok ? problemsOf(result.config) : [];
  if (problems.length > 0) process.stderr.write(`${problems.join('\n')}\n`);
  if (result.ok && problems.length === 0) return result.config;
  process.exitCode = 1;
  return null;
}

/** Returns what only the start would find. The process may become another account. */
export function problemsOf(config: Config): string[] {
  const root = process.geteuid?.() === 0;
  return [...Contexts.check(config), ...accountProblems(config), ...storeProblems(config, root)];
}

/** Prints text for people to stderr, and JSON for an editor to stdout, always as one document. */
function printDiagnostics(diagnostics: readonly Diagnostic[], json: boolean): void {
  if (json) process.stdout.write(`${toJson(diagnostics)}\n`);
  else process.stderr.write(report(diagnostics, { color: colored(STDERR) }));
}
