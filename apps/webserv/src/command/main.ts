import { existsSync } from 'node:fs';
import { keeperMain, storeProblems } from '@webserv/acme';
import {
  CONFIG_NAME,
  CommandError,
  choiceOf,
  chooseColor,
  completionText,
  helpText,
  init,
  manText,
  readWords,
  usageText,
  type Words,
} from '@webserv/command';
import { helpText as directivesText, helpOn } from '@webserv/config';
import { checkMain, doctor, StartError, showRuns } from '@webserv/hosting';
import { VERSION } from '../server/version.ts';
import { byConfig, problemsOf } from './by-config.ts';
import { byFolder } from './by-folder.ts';
import { makeCertificate } from './certificate.ts';
import { explainRequest } from './explain.ts';
import { setPassword } from './passwd.ts';
import { turnServer } from './turn.ts';
import { work } from './work.ts';

async function main(args: readonly string[]): Promise<void> {
  const words = readWords(args);
  if (typeof words === 'string') {
    refuse(words);
    return;
  }
  try {
    await run(words);
  } catch (error) {
    if (error instanceof StartError) process.stderr.write(`${error.message}\n`);
    else if (error instanceof CommandError) process.stderr.write(`webserv: ${error.message}\n`);
    else throw error;
    process.exitCode = 1;
  }
}

function refuse(problem: string): void {
  process.stderr.write(`webserv: ${problem}\n${usageText()}`);
  process.exitCode = 2;
}

async function run(words: Words): Promise<void> {
  const { subcommand, options, operands } = words;
  const [first = ''] = operands;
  chooseColor(options.get('color'));
  if (options.has('help')) process.stdout.write(helpText(subcommand));
  else if (options.has('version')) process.stdout.write(`webserv ${VERSION}\n`);
  else if (options.has('directives')) showDirectives(first);
  else if (subcommand === '') await serveWords(words);
  else if (subcommand === 'init') {
    init('.');
    process.stderr.write(`${CONFIG_NAME} is written: webserv serves by it\n`);
  } else if (subcommand === 'certificate') makeCertificate(operands.slice(1));
  else if (subcommand === 'reload' || subcommand === 'upgrade') {
    await turnServer(subcommand, options.get('config') ?? CONFIG_NAME);
  } else if (subcommand === 'doctor') {
    await doctor(options.get('config') ?? CONFIG_NAME, options.has('json'), storeProblems);
  } else if (subcommand === 'runs')
    await showRuns(options.get('config') ?? CONFIG_NAME, first, options.has('json'));
  else if (subcommand === 'passwd') await setPassword(words);
  else if (subcommand === 'explain') await explainRequest(words);
  else if (subcommand === 'check-for-reload') checkMain(first, problemsOf);
  else if (subcommand === 'work') work();
  else if (subcommand === 'completion') process.stdout.write(completionText(first) ?? '');
  else if (subcommand === 'man') process.stdout.write(manText(VERSION));
  else await keeperMain(process.stdin, (line) => process.stderr.write(`${line}\n`));
}

async function serveWords(words: Words): Promise<void> {
  const choice = choiceOf(words, existsSync(CONFIG_NAME), existsSync);
  if (choice === 'config') byConfig(words);
  else if (choice === 'folder') await byFolder(words);
  else refuse(choice.problem);
}

function showDirectives(name: string): void {
  // A line that fills a wide terminal is hard to read.
  const width = Math.min(process.stdout.columns || 80, 100);
  const help = name === '' ? { ok: true as const, text: directivesText({ width }) } : helpOn(name, { width });
  if (help.ok) process.stdout.write(help.text);
  else {
    process.stderr.write(`webserv: ${help.message}\n`);
    process.exitCode = 2;
  }
}

void main(process.argv.slice(2));
