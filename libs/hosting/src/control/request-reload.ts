import type { Config } from '@webserv/config';
import { askAdmin } from './ask-admin.ts';
import { reloadByPidFile } from './reload-by-pid-file.ts';

/** More than the check of the config and the start of all workers may take together. */
const RELOAD_MS = 300_000;
/** With these the server says in words why nothing has changed. */
const REFUSALS = [403, 409, 422];

/**
 * Has the server of a config reload it, and waits until it has. The server is found by its pid file, or by its admin address.
 * @returns '' when the config is served; otherwise why not, ready to be printed
 */
export function requestReload(config: Config): Promise<string> {
  const { pid, admin, file } = config;
  if (pid !== null) return reloadByPidFile(pid);
  if (admin !== null) return reloadByAdmin(config);
  return Promise.resolve(
    `${file} names neither a pid file nor an admin address, by which its server could be found: write "pid FILE;" or "admin unix:FILE;" on the main level and start the server again, or send it HUP`,
  );
}

async function reloadByAdmin(config: Config): Promise<string> {
  const said = await askAdmin(config, '/reload', { method: 'POST', ms: RELOAD_MS });
  if ('problem' in said) return said.problem;
  if (said.status === 200) return '';
  if (REFUSALS.includes(said.status)) return said.body;
  return `the admin address of ${config.file} answers POST /reload with ${said.status}: is it the address of this server?`;
}
