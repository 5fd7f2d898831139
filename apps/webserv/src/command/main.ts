import { keeperMain, storeProblems } from '@webserv/acme';
import {
  type Config,
  type Diagnostic,
  effective,
  helpOn,
  helpText,
  load,
  report,
  toJson,
} from '@webserv/config';
import { Contexts } from '@webserv/connection';
import { keepPrivate } from '@webserv/event-loop';
import { accountProblems, StartError } from '@webserv/hosting';
import { runsScripts } from '@webserv/methods';
import { serve } from '../server/serve.ts';
import { VERSION } from '../server/version.ts';
import { makeCertificate } from './certificate.ts';
import { type Command, driverOf, readCommandLine, USAGE } from './command-line.ts';
import { Signals } from './signals.ts';

function main(words: readonly string[]): void {
  const command = readCommandLine(words);
  if (typeof command === 'string') {
    process.stderr.write(`webserv: ${command}\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  switch (command.action) {
    case 'help':
      process.stdout.write(USAGE);
      break;
    case 'version':
      process.stdout.write(`webserv ${VERSION}\n`);
      break;
    case 'directives':
      showDirectives(command.directive);
      break;
    case 'keep':
      void keeperMain(process.stdin, (line) => process.stderr.write(`${line}\n`));
      break;
    case 'certificate':
      makeCertificate(command.names);
      break;
    default:
      run(command);
  }
}

function showDirectives(name: string | null): void {
  // A line that fills a wide terminal is hard to read.
  const width = Math.min(process.stdout.columns || 80, 100);
  const help = name === null ? { ok: true as const, text: helpText({ width }) } : helpOn(name, { width });
  if (help.ok) process.stdout.write(help.text);
  else {
    process.stderr.write(`webserv: ${help.message}\n`);
    process.exitCode = 2;
  }
}

function run(command: Command): void {
  const result = load(command.file);
  printDiagnostics(result.ok ? result.warnings : result.diagnostics, command.json);
  if (!result.ok) {
    process.exitCode = 1;
    return;
  }
  if (command.action === 'check') {
    const root = process.geteuid?.() === 0;
    const { config } = result;
    const problems = [...Contexts.check(config), ...accountProblems(config), ...storeProblems(config, root)];
    if (problems.length > 0) {
      process.stderr.write(`${problems.join('\n')}\n`);
      process.exitCode = 1;
    } else if (!command.json) process.stderr.write(`${command.file}: the configuration is good\n`);
  } else if (command.action === 'effective') {
    process.stdout.write(effective(result.config));
  } else {
    start(result.config);
  }
}

/** Prints text for people to stderr, and JSON for an editor to stdout, always as one document. */
function printDiagnostics(diagnostics: readonly Diagnostic[], json: boolean): void {
  if (json) process.stdout.write(`${toJson(diagnostics)}\n`);
  else process.stderr.write(report(diagnostics, { color: process.stderr.isTTY === true }));
}

function start(config: Config): void {
  try {
    const signals = new Signals();
    const running = serve(config, driverOf(process.env));
    // Otherwise scripts of the same account could read through /proc what this process holds.
    if (config.servers.some(runsScripts)) keepPrivate();
    signals.attach(running, config.stopTimeout);
    process.stderr.write(
      `webserv ${VERSION}: serving on ${running.addresses.join(', ')} (${running.driver})\n`,
    );
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

main(process.argv.slice(2));
