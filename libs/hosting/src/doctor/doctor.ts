import { accessSync, constants } from 'node:fs';
import { systemLauncher } from '@webserv/cgi';
import { type Config, type Diagnostic, load } from '@webserv/config';
import { Contexts } from '@webserv/connection';
import { Loop } from '@webserv/event-loop';
import { colored } from '@webserv/logger';
import { uploadFoldersOf } from '@webserv/methods';
import { refusalsOf } from '../process/account.ts';
import { boundsFindings, roomFindings } from './bounds.ts';
import { byWeight, type Finding, findingsText, isSerious } from './finding.ts';
import { roomOf, thisMachine } from './machine.ts';
import { portFindings } from './ports.ts';
import { rightsFinding } from './rights.ts';
import { scriptFindings } from './scripts.ts';

const STDOUT = 1;

/** Finds what only the start would find, as lines, under the account of the server. */
type Check = (config: Config, byRoot: boolean) => readonly string[];

/**
 * Looks at the machine as the server of a config would meet it, and prints what it finds. It changes nothing. As root it
 * becomes the `user` of the config on the way.
 * @param more checks of parts that hosting does not know
 */
export async function doctor(file: string, asJson: boolean, more: Check): Promise<void> {
  const findings = byWeight(await examine(file, more));
  const ok = !findings.some(isSerious);
  if (asJson) process.stdout.write(`${JSON.stringify({ ok, findings }, null, 2)}\n`);
  else process.stdout.write(findingsText(findings, colored(STDOUT)));
  if (!ok) process.exitCode = 1;
}

async function examine(file: string, more: Check): Promise<Finding[]> {
  const result = load(file);
  if (!result.ok) return result.diagnostics.map(configFinding);
  const { config, warnings } = result;
  const machine = thisMachine();
  const findings = [...warnings.map(configFinding), ...boundsFindings(machine, config)];
  const add = (about: string, messages: readonly string[]): void => {
    for (const message of messages) findings.push({ weight: 'stops', about, message, fix: '' });
  };
  add('tls', Contexts.check(config));
  const byRoot = process.geteuid?.() === 0;
  const [loop, drivers] = openLoop(config);
  findings.push(...drivers);
  try {
    findings.push(...portFindings(config, loop));
    // From here on the process is the account that the server will be.
    findings.push(...accountFindings(config));
    add('acme', more(config, byRoot));
    findings.push(...roomsOf(config, machine.temporary));
    findings.push(...(await scriptFindings(config, loop, systemLauncher)));
  } finally {
    loop.dispose();
  }
  return findings;
}

/** A certificate that no client takes is only a warning where a config is checked: its time may come. */
function configFinding(diagnostic: Diagnostic): Finding {
  const { severity, code, position, message, expected, suggestion } = diagnostic;
  const { file, line, column } = position;
  const outOfTime = code === 'certificate-time' && !message.includes('expires in');
  const weight = severity === 'error' ? 'stops' : outOfTime ? 'breaks' : 'warns';
  const fix = suggestion ?? (expected === null ? '' : `expected ${expected}`);
  return { weight, about: 'config', message: `${file}:${line}:${column}: ${message}`, fix };
}

function openLoop(config: Config): readonly [Loop, Finding[]] {
  const findings: Finding[] = [];
  let loop: Loop;
  try {
    loop = Loop.open({ use: { name: config.use } });
  } catch (error) {
    const { message } = error as Error;
    findings.push({ weight: 'stops', about: 'driver', message, fix: 'use auto;' });
    loop = Loop.open();
  }
  for (const reason of loop.choice.passedOver) findings.push(driverNote(`passed over: ${reason}`));
  for (const line of loop.choice.lacks) findings.push(driverNote(`missing here: ${line}`));
  findings.push(driverNote(`the server would use ${loop.driver.name}`));
  return [loop, findings];
}

function driverNote(message: string): Finding {
  return { weight: 'notes', about: 'driver', message, fix: '' };
}

function accountFindings(config: Config): Finding[] {
  const { user } = config;
  if (user === null) return [];
  if (process.geteuid?.() !== 0) {
    const message = `what "${user}" may do is not known: only root can become it`;
    return [{ weight: 'notes', about: 'rights', message, fix: `sudo webserv doctor -c ${config.file}` }];
  }
  const refusals = refusalsOf(config);
  if (typeof refusals !== 'string') return refusals.map((refusal) => rightsFinding(refusal, user));
  return [{ weight: 'stops', about: 'rights', message: refusals, fix: `useradd --system ${user}` }];
}

/** The file systems that the server writes to. */
function roomsOf({ servers }: Config, temporary: string): Finding[] {
  const findings: Finding[] = [];
  const look = (path: string, use: string, wanted: number): void => {
    const room = roomOf(path);
    if (room !== null) findings.push(...roomFindings(room, use, wanted));
  };
  for (const folder of uploadFoldersOf(servers)) look(folder, 'uploads', 0);
  const running = servers.filter(({ locations }) => locations.some(({ cgi }) => cgi.length > 0));
  if (running.length === 0) return findings;
  look(temporary, 'bodies and output of scripts', Math.max(...running.map(({ tempDisk }) => tempDisk)));
  try {
    accessSync(temporary, constants.W_OK | constants.X_OK);
  } catch {
    const message = `bodies for scripts cannot wait in ${temporary}: this account cannot write there`;
    findings.push({ weight: 'breaks', about: 'rights', message, fix: `chmod 1777 ${temporary}, or TMPDIR` });
  }
  return findings;
}
