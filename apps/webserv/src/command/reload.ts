import { load, report } from '@webserv/config';
import { requestReload } from '@webserv/hosting';
import { colored } from '@webserv/logger';

const STDERR = 2;

/** Has the server of a config reload it, and says how that went. The config is checked here first, and by the server. */
export async function reloadServer(file: string): Promise<void> {
  const problem = await problemOf(file);
  process.stderr.write(problem === '' ? `webserv: ${file} is served\n` : `${problem.trimEnd()}\n`);
  if (problem !== '') process.exitCode = 1;
}

async function problemOf(file: string): Promise<string> {
  const result = load(file);
  if (!result.ok) return report(result.diagnostics, { color: colored(STDERR) });
  const problem = await requestReload(result.config);
  return problem === '' ? '' : `webserv: ${problem}`;
}
