import { type Accounts, FILE_MAX, readAccounts } from '@webserv/accounts';
import type { Config } from '@webserv/config';
import { FollowedFiles } from '@webserv/connection';
import { type Loop, Timer, Udata } from '@webserv/event-loop';
import { present } from '@webserv/methods';
import type { MainLog } from '../process/main-log.ts';
import { StartError } from '../process/start-error.ts';

/** How often the files are looked at. */
const LOOK_MS = 1000;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Who may come in, by the files that a config names. They are followed: what they say now counts. A file with a bad line is
 * reported, and the accounts that it had before stay.
 */
export class AccountFiles extends Udata {
  private readonly loop: Loop;
  private readonly log: MainLog;
  private readonly files = new FollowedFiles();
  private readonly accounts = new Map<string, Accounts>();
  private readonly looking = new Timer(this);
  private closed = false;

  /** @throws StartError if a file cannot be used */
  constructor(loop: Loop, { servers }: Config, log: MainLog) {
    super('account files', -1);
    this.loop = loop;
    this.log = log;
    for (const { locations } of servers) {
      for (const { guard } of locations) {
        const file = guard?.accounts?.file;
        if (file !== undefined && !this.accounts.has(file)) this.accounts.set(file, this.opened(file));
      }
    }
    if (this.accounts.size > 0) loop.arm(this.looking, LOOK_MS);
  }

  /** Returns the accounts of a file that the config names. */
  of(file: string): Accounts {
    return present(this.accounts.get(file), 'the accounts of a file');
  }

  close(): void {
    this.closed = true;
    this.loop.disarm(this.looking);
  }

  complete(): void {}

  override expire(): void {
    void this.files.look().then(({ changed, problems }) => {
      if (this.closed) return;
      for (const problem of problems) this.log.warn(`auth_file: ${problem}`);
      for (const file of changed) this.renew(file);
      this.loop.arm(this.looking, LOOK_MS);
    });
  }

  private renew(file: string): void {
    const read = accountsIn(this.files.content(file));
    if (typeof read === 'string') {
      this.log.warn(`auth_file: ${file}: ${read}; the users that it had stay`);
      return;
    }
    this.accounts.set(file, read);
    this.log.notice(`auth_file: ${file} has changed`, { users: read.size });
  }

  private opened(file: string): Accounts {
    let content: Buffer;
    try {
      content = this.files.open(file);
    } catch (error) {
      throw new StartError(`auth_file: ${(error as Error).message}`);
    }
    const read = accountsIn(content);
    if (typeof read === 'string') throw new StartError(`auth_file: ${file}: ${read}`);
    return read;
  }
}

/** @returns the accounts, or why the file cannot be used */
function accountsIn(content: Buffer): Accounts | string {
  if (content.length > FILE_MAX) return `it has more than ${FILE_MAX >> 20} MiB`;
  let text: string;
  try {
    text = utf8.decode(content);
  } catch {
    return 'it is not UTF-8 text';
  }
  const { accounts, badLines } = readAccounts(text);
  const [first] = badLines;
  if (first === undefined) return accounts;
  const more = badLines.length > 1 ? `, and ${badLines.length - 1} more lines are bad` : '';
  return `line ${first.line}: ${first.message} (expected ${first.expected})${more}`;
}
