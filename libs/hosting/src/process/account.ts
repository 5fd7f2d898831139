import { accessSync, constants } from 'node:fs';
import type { Config, Origin } from '@webserv/config';
import { type Account, accountOf, becomeAccount } from '@webserv/event-loop';
import type { Logs } from '@webserv/logger';
import { present, runnerOf, runsItself } from '@webserv/methods';
import type { MainLog } from './main-log.ts';
import { placeOf } from './place-of.ts';
import { StartError } from './start-error.ts';

const ROOT = 0;

/** Returns what is wrong with the `user` of a config, ready to be printed, or null. */
function accountProblem(config: Config): string | null {
  const { user } = config;
  if (user === null || accountOf(user) !== null) return null;
  return `${placeOf(config.origins.get('user'))}: error: there is no account "${user}"`;
}

/** What the account of the server cannot do that its config asks for. */
export interface Refusal {
  /** `file:line:column` of the directive. */
  readonly place: string;
  readonly verb: 'read' | 'write' | 'enter' | 'run';
  readonly path: string;
}

/**
 * Returns what the `user` of a config cannot do that the config asks for, ready to be printed. Only a process that just
 * checks the config may call it, because it becomes that user if it is root.
 */
export function accountProblems(config: Config): string[] {
  const refusals = refusalsOf(config);
  return typeof refusals === 'string' ? [refusals] : linesOf(config, refusals);
}

/** As `accountProblems`, as values. @returns a line if there is no such user */
export function refusalsOf(config: Config): readonly Refusal[] | string {
  const { user } = config;
  if (user === null) return [];
  const problem = accountProblem(config);
  if (problem !== null) return problem;
  if (process.geteuid?.() !== ROOT) return [];
  try {
    becomeAccount(user, present(accountOf(user), 'an account'));
  } catch {
    // In a container, root may lack the right to do so. The start reports it.
    return [];
  }
  return unreachable(config);
}

/** The account of the `user` of a config; null without one. */
export function userOf({ user }: Config): Account | null {
  return user === null ? null : accountOf(user);
}

/**
 * Becomes the `user` of the config, for good. Call it after the sockets are bound and the logs are open, and before any
 * other file is opened. It gives the logs to the account, so that they can be opened again. A process without root's
 * rights has nothing to give up; this is a warning.
 * @throws StartError if there is no such account, or it cannot do what the config asks for
 */
export function becomeUser(config: Config, logs: Logs, errorLog: MainLog): void {
  const { user } = config;
  if (user === null) return;
  const problem = accountProblem(config);
  if (problem !== null) throw new StartError(problem);
  const account = present(accountOf(user), 'an account');
  if (process.geteuid?.() !== ROOT) {
    if (process.geteuid?.() === account.uid) return;
    errorLog.warn(`user ${user}: only root can become somebody else; it goes on as it was started`);
    return;
  }
  for (const path of logs.giveTo(account.uid, account.gid)) {
    errorLog.warn(`user ${user}: the log ${path} cannot be given to it, and may not be opened again`);
  }
  if (!becomeAccount(user, account) && account.uid !== ROOT) {
    throw new StartError(
      `${placeOf(config.origins.get('user'))}: error: root's rights could not be given up for good`,
    );
  }
  const refusals = unreachable(config);
  if (refusals.length > 0) throw new StartError(linesOf(config, refusals).join('\n'));
}

/** Repeats the checks of the config, which ran as root: root may do everything. */
function unreachable(config: Config): readonly Refusal[] {
  const refusals = new Map<string, Refusal>();
  const need = (path: string, mode: number, verb: Refusal['verb'], origin: Origin | undefined): void => {
    // The server makes what lies in there, for this account.
    if (config.acmeStore !== null && path.startsWith(`${config.acmeStore}/`)) return;
    if (may(path, mode)) return;
    const place = placeOf(origin);
    refusals.set(`${place} ${verb} ${path}`, { place, verb, path });
  };
  for (const server of config.servers) {
    // They are read again when they are renewed.
    for (const { chain, key } of server.tls.certificates) {
      for (const path of [chain, key]) {
        need(path, constants.R_OK, 'read', server.origins.get(`certificate ${chain}`));
      }
    }
    for (const location of server.locations) {
      const { root, uploadPath, putRoot, redirection, listing, cgi, guard, origins } = location;
      // It is read again when it has changed.
      if (guard !== null && guard.accounts !== null)
        need(guard.accounts.file, constants.R_OK, 'read', origins.get('auth_file'));
      if (redirection === null) need(root, constants.X_OK, 'enter', origins.get('root'));
      if (listing.theme !== '') need(listing.theme, constants.R_OK, 'read', origins.get('auto_index_theme'));
      if (uploadPath !== null) {
        need(uploadPath, constants.W_OK | constants.X_OK, 'write', origins.get('upload_path'));
      }
      if (putRoot !== null) need(putRoot, constants.W_OK | constants.X_OK, 'write', origins.get('method'));
      for (const rule of cgi) {
        if (rule.kind === 'script') {
          const runner = runnerOf(location, rule.path);
          const alone = runner !== null && runsItself(runner);
          const mode = alone ? constants.R_OK | constants.X_OK : constants.R_OK;
          need(rule.path, mode, alone ? 'run' : 'read', origins.get(`cgi ${rule.name}`));
        } else if (rule.kind === 'extension' && rule.interpreter !== '') {
          need(rule.interpreter, constants.X_OK, 'run', origins.get(`cgi ${rule.ext}`));
        }
      }
    }
  }
  return [...refusals.values()];
}

function linesOf({ user }: Config, refusals: readonly Refusal[]): string[] {
  return refusals.map(({ place, verb, path }) => `${place}: error: "${user}" cannot ${verb} "${path}"`);
}

function may(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
