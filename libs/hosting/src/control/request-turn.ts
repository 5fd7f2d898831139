import type { Config } from '@webserv/config';
import { askAdmin } from './ask-admin.ts';
import { turnByPidFile } from './turn-by-pid-file.ts';
import type { Turn } from './turn-state.ts';

/** More than the check of the config and the start of all workers may take together. */
const TURN_MS = 300_000;
/** With these the server says in words why nothing has changed. */
const REFUSALS = [403, 409, 422];

/**
 * Has the server of a config reload it, or be followed by a new process, and waits until that is so. The server is found by
 * its pid file, or by its admin address.
 * @returns '' when it serves; otherwise why not, ready to be printed
 */
export function requestTurn(config: Config, turn: Turn): Promise<string> {
  const { pid, admin, file } = config;
  if (pid !== null) return turnByPidFile(pid, turn);
  if (admin !== null) return turnByAdmin(config, turn);
  const signal = turn === 'reload' ? 'HUP' : 'URG';
  return Promise.resolve(
    `${file} names neither a pid file nor an admin address, by which its server could be found: write "pid FILE;" or "admin unix:FILE;" on the main level and start the server again, or send it ${signal}`,
  );
}

async function turnByAdmin(config: Config, turn: Turn): Promise<string> {
  const said = await askAdmin(config, `/${turn}`, { method: 'POST', ms: TURN_MS });
  if ('problem' in said) return said.problem;
  if (said.status === 200) return '';
  if (REFUSALS.includes(said.status)) return said.body;
  return `the admin address of ${config.file} answers POST /${turn} with ${said.status}: is it the address of this server?`;
}
