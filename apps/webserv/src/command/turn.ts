import { load, report } from '@webserv/config';
import { DONE, requestTurn, type Turn } from '@webserv/hosting';
import { colored } from '@webserv/logger';

const STDERR = 2;

/**
 * Has the server of a config reload it, or be followed by a new process of its program, and says how that went. The config is
 * checked here first, and by the server.
 */
export async function turnServer(turn: Turn, file: string): Promise<void> {
  const problem = await problemOf(turn, file);
  process.stderr.write(problem === '' ? `webserv: ${file} ${DONE[turn]}\n` : `${problem.trimEnd()}\n`);
  if (problem !== '') process.exitCode = 1;
}

async function problemOf(turn: Turn, file: string): Promise<string> {
  const result = load(file);
  if (!result.ok) return report(result.diagnostics, { color: colored(STDERR) });
  const problem = await requestTurn(result.config, turn);
  return problem === '' ? '' : `webserv: ${problem}`;
}
