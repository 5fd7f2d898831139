import { accessSync, closeSync, constants, openSync, readdirSync, readSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { type Launcher, readValues, valuesQuestion } from '@webserv/cgi';
import type { Config, Location } from '@webserv/config';
import { errnoMessage, errnoName, formatAddress, type Loop } from '@webserv/event-loop';
import { runnerOf, runsItself } from '@webserv/methods';
import { Dialogue } from '../control/dialogue.ts';
import type { Finding } from './finding.ts';
import { Trial } from './trial.ts';

const ANSWER_MS = 3000;
/** Bytes of the header of a record. */
const HEADER = 8;
/** Files of one folder that are looked at. */
const FILES_MAX = 200;
const FIRST_LINE = 256;
/** Shells, some of which know no --version. */
const SHELL = /^(?:sh|dash|ash|ksh|mksh|busybox)$/;

type Application = NonNullable<Location['application']>;

/** Tries what runs scripts: interpreters, applications, and the first lines of scripts that run by themselves. */
export async function scriptFindings(config: Config, loop: Loop, launcher: Launcher): Promise<Finding[]> {
  const locations = config.servers.flatMap((server) => server.locations);
  const interpreters = new Set<string>();
  const applications = new Map<string, Application>();
  const files = new Set<string>();
  for (const location of locations) {
    if (location.application !== null) applications.set(location.application.text, location.application);
    for (const rule of location.cgi) {
      if (rule.kind !== 'extension') continue;
      if (rule.interpreter !== '') interpreters.add(rule.interpreter);
      if (rule.application !== null) applications.set(rule.application.text, rule.application);
    }
    for (const file of scriptsIn(location)) files.add(file);
    for (const answer of location.errors.values()) {
      if (!answer?.script) continue;
      if (answer.script.interpreter !== '') interpreters.add(answer.script.interpreter);
      if (runsItself(answer.script)) files.add(answer.file);
    }
  }
  const findings = [...files].flatMap(fileFindings);
  for (const interpreter of interpreters) findings.push(await tried(loop, launcher, interpreter));
  for (const application of applications.values()) findings.push(...(await asked(loop, application)));
  return findings;
}

async function tried(loop: Loop, launcher: Launcher, file: string): Promise<Finding> {
  const about = 'scripts';
  const args = SHELL.test(basename(file)) ? ['-c', 'echo it runs'] : ['--version'];
  const { errno, status, late, said } = await Trial.of(loop, launcher, file, args, process.env['PATH'] ?? '');
  const command = [file, ...args].map((word) => (word.includes(' ') ? `'${word}'` : word)).join(' ');
  if (errno < 0) {
    const message = `${file} cannot be started: ${errnoName(errno)}, ${errnoMessage(errno)}`;
    return { weight: 'breaks', about, message, fix: `ls -lL ${file}` };
  }
  if (late) {
    return { weight: 'breaks', about, message: `${file} does not answer to a trial`, fix: command };
  }
  if (status >= 256) {
    return {
      weight: 'breaks',
      about,
      message: `signal ${status - 256} has ended ${file} in a trial`,
      fix: command,
    };
  }
  const answer = said === '' ? `it ends with ${status}` : said;
  return { weight: 'notes', about, message: `${file} runs: ${answer}`, fix: '' };
}

async function asked(loop: Loop, { addresses }: Application): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const address of addresses) {
    const about = 'scripts';
    const place = formatAddress(address);
    const answer = await Dialogue.hold(loop, address, valuesQuestion(), ANSWER_MS, HEADER);
    const values = typeof answer === 'number' ? null : readValues(answer);
    if (typeof answer === 'number') {
      const message = `the application at ${place} cannot be asked: ${errnoName(answer)}, ${errnoMessage(answer)}`;
      findings.push({ weight: 'breaks', about, message, fix: fixFor(errnoName(answer), place) });
    } else if (values === null) {
      const message = `what listens at ${place} does not speak FastCGI`;
      findings.push({
        weight: 'breaks',
        about,
        message,
        fix: `the address that the application itself names in "fastcgi"`,
      });
    } else {
      const most = values < 0 ? '' : `, for ${values} requests at once`;
      findings.push({
        weight: 'notes',
        about,
        message: `the application at ${place} answers${most}`,
        fix: '',
      });
    }
  }
  return findings;
}

function fixFor(error: string, place: string): string {
  if (error === 'EACCES' || error === 'EPERM')
    return `listen.owner or listen.mode of the application, for ${place}`;
  return 'systemctl status php-fpm   (or what else starts the application)';
}

/** The scripts of a location that run by themselves and lie in its root itself. */
function scriptsIn(location: Location): string[] {
  const own = ({ kind, ...rule }: Location['cgi'][number]): boolean =>
    kind === 'script' || (kind === 'extension' && 'interpreter' in rule && runsItself(rule));
  if (location.root === '' || location.redirection !== null || !location.cgi.some(own)) return [];
  const files = location.cgi.flatMap((rule) => (rule.kind === 'script' ? [rule.path] : []));
  const extensions = new Set(location.cgi.flatMap((rule) => (rule.kind === 'extension' ? [rule.ext] : [])));
  try {
    const names = readdirSync(location.root).slice(0, FILES_MAX);
    files.push(
      ...names.filter((name) => extensions.has(extname(name))).map((name) => join(location.root, name)),
    );
  } catch {
    // A folder that can be entered and not be listed.
  }
  return files.filter((file) => {
    const runner = runnerOf(location, file);
    return runner !== null && runsItself(runner);
  });
}

/** Looks at the first line of a script, which the system reads to run it. */
function fileFindings(file: string): Finding[] {
  const about = 'scripts';
  if (!canRun(file)) {
    const message = `${file} may not be run: its requests get 403`;
    return [{ weight: 'breaks', about, message, fix: `chmod a+rx ${file}` }];
  }
  const line = firstLine(file);
  if (line === null || line.startsWith('\x7fELF')) return [];
  const [, interpreter = '', crlf = ''] = /^#! *([^ \t\r]+).*?(\r?)$/.exec(line) ?? [];
  if (interpreter === '') {
    const message = `${file} is no program, and has no line "#!" that names an interpreter`;
    return [
      { weight: 'breaks', about, message, fix: `sed -i '1i #!/bin/sh' ${file}   (or its own interpreter)` },
    ];
  }
  if (crlf !== '') {
    const message = `the first line of ${file} ends in CR LF: the system looks for an interpreter whose name ends in CR`;
    return [{ weight: 'breaks', about, message, fix: `sed -i 's/\\r$//' ${file}` }];
  }
  if (canRun(interpreter)) return [];
  const message = `the interpreter of ${file} is not there or may not be run: ${interpreter}`;
  return [{ weight: 'breaks', about, message, fix: `ls -lL ${interpreter}` }];
}

function canRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Returns null if the file cannot be read: a program need not be. */
function firstLine(file: string): string | null {
  try {
    const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const bytes = Buffer.alloc(FIRST_LINE);
      return bytes.toString('latin1', 0, readSync(fd, bytes)).split('\n', 1)[0] ?? '';
    } finally {
      closeSync(fd);
    }
  } catch {
    return null;
  }
}
