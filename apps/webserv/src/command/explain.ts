import { CONFIG_NAME, type Words } from '@webserv/command';
import { explain, explanationText, readAsked } from '@webserv/hosting';
import { colored } from '@webserv/logger';
import { markdown } from '../server/markdown.ts';
import { SOFTWARE } from '../server/webserv.ts';
import { goodConfig } from './by-config.ts';

const STDOUT = 1;

/** Says what the server of a config would do with a request. */
export async function explainRequest({ options, operands }: Words): Promise<void> {
  const json = options.has('json');
  const fields = options.get('header')?.split('\n') ?? [];
  const asked = readAsked(operands, fields, options.get('from') ?? '127.0.0.1', options.has('http2'));
  if (typeof asked === 'string') {
    refuse(asked, 2);
    return;
  }
  const config = goodConfig(options.get('config') ?? CONFIG_NAME, json);
  if (config === null) return;
  const told = await explain(config, asked, SOFTWARE, { markdown: markdown() });
  if ('problem' in told) refuse(told.problem, 1);
  else if (json) process.stdout.write(`${JSON.stringify(told, null, 2)}\n`);
  else process.stdout.write(explanationText(told, { color: colored(STDOUT), folder: process.cwd() }));
}

function refuse(problem: string, code: number): void {
  process.stderr.write(`webserv: ${problem}\n`);
  process.exitCode = code;
}
