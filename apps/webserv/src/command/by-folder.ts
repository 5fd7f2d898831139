import {
  askAccount,
  Folder,
  folderAsk,
  greeting,
  openPage,
  storeAccount,
  thisMachine,
  type Words,
} from '@webserv/command';
import { type Running, StartError } from '@webserv/hosting';
import { colored } from '@webserv/logger';
import { VERSION } from '../server/version.ts';
import { Signals } from './signals.ts';
import { start } from './start.ts';

const STDERR = 2;

/** Serves a folder without a configuration, or prints the one that it stands for. */
export async function byFolder(words: Words): Promise<void> {
  const ask = folderAsk(words);
  // Where the configuration goes to a file, somebody reads along who has a terminal for the rest.
  const { isTTY } = ask.print ? process.stderr : process.stdout;
  const folder = new Folder(ask, thisMachine(), isTTY === true);
  const ports = folder.ports();
  const [first = 0] = ports;
  if (ask.print) {
    folder.config(first);
    process.stdout.write(folder.printed(first));
    return;
  }
  const account = ask.auth === null ? '' : await askAccount(ask.auth, process.stdin, process.stderr);
  const signals = new Signals();
  const users = account === '' ? '' : storeAccount(account);
  const running = onOneOf(ports, (port) => start(folder.config(port, users), signals));
  if (running === null) throw new StartError(`webserv: ${folder.taken(first)}`);
  const { addresses, driver } = running;
  const urls = folder.urls(Number(/\d+$/.exec(addresses[0] ?? '')?.[0]));
  const { place } = folder;
  process.stderr.write(greeting({ version: VERSION, driver, ask, place, urls, colored: colored(STDERR) }));
  const [page] = [...urls.here, ...urls.network];
  if (!ask.open || page === undefined) return;
  const problem = openPage(page);
  if (problem !== '') process.stderr.write(`webserv: ${problem}\n`);
}

/** Starts on the first port that is free. Returns null if none is. */
function onOneOf(ports: readonly number[], startOn: (port: number) => Running): Running | null {
  for (const port of ports) {
    try {
      return startOn(port);
    } catch (error) {
      if (!(error instanceof StartError && error.message.includes('EADDRINUSE'))) throw error;
    }
  }
  return null;
}
