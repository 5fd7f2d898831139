import { relative } from 'node:path';
import { printable } from '../printable.ts';
import type { Explanation } from './explanation.ts';

interface TextOptions {
  readonly color: boolean;
  /** Places in files are shown from this folder. */
  readonly folder: string;
}

/** Where the text of a line begins. */
const COLUMN = 11;
/** Variables of a script that say nothing about its request. */
const DULL: ReadonlySet<string> = new Set(['GATEWAY_INTERFACE', 'PATH', 'SERVER_SOFTWARE']);

/** Prints an explanation for people. */
export function explanationText(explanation: Explanation, options: TextOptions): string {
  const out = new Lines(options);
  const { server, location, directives, steps, answer, script, logs } = visible(explanation);
  out.title('server', `${server.name}  ${out.place(server.at)}`);
  out.more(server.reason);
  if (server.others.length > 0) out.more(`others of this address: ${server.others.join(', ')}`);
  out.more(`listen ${server.listen}: ${server.address}`);
  if (server.tls !== '') out.more(`tls: ${server.tls}`);
  out.title('location', `${location.path}  ${out.place(location.at)}`);
  out.more(location.reason);
  if (location.others.length > 0) out.more(`behind it: ${location.others.join(', ')}`);
  for (const each of location.near) out.more(`not ${each}`);
  const width = Math.min(44, Math.max(0, ...directives.map(({ text }) => text.length)));
  out.list(
    'in force',
    directives.map(({ text, at }) => `${text.padEnd(width)}  ${out.place(at)}`),
  );
  out.list(
    'steps',
    steps.map(({ topic, text }) => (topic === 'path' ? text : `${topic}: ${text}`)),
  );
  if (script !== null) writeScript(out, script);
  else if (answer === null) out.title('answer', 'none: the connection is closed');
  else writeAnswer(out, answer);
  out.list(
    'log',
    logs.map(({ path, line }) => `${line}  ${out.place(path)}`),
  );
  return out.text;
}

function writeScript(out: Lines, { file, args, cwd, env }: NonNullable<Explanation['script']>): void {
  const line = file === args[0] ? args.join(' ') : `${args.slice(1).join(' ')} by ${file}`;
  out.title('runs', line);
  out.more(`in ${cwd}; the script says the status and the content, and the log has its line when it ends`);
  for (const [name, value] of Object.entries(env))
    if (!DULL.has(name)) out.more(out.faint(`${name}=${value}`));
}

function writeAnswer(out: Lines, { head, bodyBytes, content }: NonNullable<Explanation['answer']>): void {
  out.list('answer', head);
  out.more(out.faint(`${bodyBytes} bytes of content${content === '' ? '' : `: ${content}`}`));
}

/** Shows control characters of names as `\\x1b`: a terminal would obey them. */
function visible(explanation: Explanation): Explanation {
  const shown = JSON.stringify(explanation, (_key, value: unknown) =>
    typeof value === 'string' ? printable(value) : value,
  );
  return JSON.parse(shown) as Explanation;
}

class Lines {
  text = '';
  private readonly options: TextOptions;

  constructor(options: TextOptions) {
    this.options = options;
  }

  title(name: string, text: string): void {
    const label = name.padEnd(COLUMN);
    this.text += `${this.options.color ? `\x1b[1m${label}\x1b[0m` : label}${text}\n`;
  }

  more(text: string): void {
    this.text += `${' '.repeat(COLUMN)}${text}\n`;
  }

  list(name: string, lines: readonly string[]): void {
    const [first, ...rest] = lines;
    if (first === undefined) return;
    this.title(name, first);
    for (const line of rest) this.more(line);
  }

  faint(text: string): string {
    return this.options.color ? `\x1b[2m${text}\x1b[0m` : text;
  }

  /** A path, or a place in a file, as seen from the folder. */
  place(text: string): string {
    const from = text.startsWith('/') ? relative(this.options.folder, text) : text;
    return this.faint(from.startsWith('../../') ? text : from);
  }
}
