import type { RunDetails, RunSummary } from '@webserv/cgi';
import { load, report } from '@webserv/config';
import { colored } from '@webserv/logger';
import { factsOf, milliseconds } from '../operator/runs-page.ts';
import { printable } from '../printable.ts';
import { askAdmin } from './ask-admin.ts';

const STDOUT = 1;
const STDERR = 2;
const FAILED = 400;
const RED = '\x1b[31m';
const PLAIN = '\x1b[0m';

/** Prints the last runs of the scripts of a config's server, or all that is known of one of them. */
export async function showRuns(file: string, id: string, asJson: boolean): Promise<void> {
  const result = load(file);
  if (!result.ok) {
    fail(report(result.diagnostics, { color: colored(STDERR) }));
    return;
  }
  const said = await askAdmin(result.config, id === '' ? '/runs' : `/runs?id=${encodeURIComponent(id)}`);
  if ('problem' in said) fail(`webserv: ${said.problem}\n`);
  else if (said.status !== 200) fail(`webserv: ${said.body}`);
  else if (asJson) process.stdout.write(said.body);
  else if (id === '') process.stdout.write(listText(JSON.parse(said.body), colored(STDOUT)));
  else process.stdout.write(detailsText(JSON.parse(said.body)));
}

function fail(text: string): void {
  process.stderr.write(text);
  process.exitCode = 1;
}

/** One line a run, the newest first. */
function listText(runs: readonly RunSummary[], color: boolean): string {
  if (runs.length === 0) return 'No script has run yet.\n';
  const rows = runs.map((run) => [
    run.id,
    new Date(run.startedAt).toISOString(),
    run.status === 0 ? '-' : String(run.status),
    milliseconds(Math.max(run.exitMs, run.overMs)) || '-',
    run.end,
    run.request,
    run.cause === '' ? '' : `(${run.cause})`,
  ]);
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = rows.map((row, index) => {
    const line = row
      .map(printable)
      .map((word, column) => (column < 5 ? word.padEnd(widths[column] ?? 0) : word));
    const text = line.join('  ').trimEnd();
    return color && (runs[index]?.status ?? 0) >= FAILED ? `${RED}${text}${PLAIN}` : text;
  });
  return `${lines.join('\n')}\n`;
}

function detailsText(run: RunDetails): string {
  const facts = factsOf(run);
  const width = Math.max(...facts.map(([name]) => name.length));
  const lines = facts.map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}`);
  const parts: readonly (readonly [string, readonly string[]])[] = [
    ['The last lines of stderr', run.stderr],
    ['Arguments', run.arguments],
    ['Environment, without secrets', run.environment],
  ];
  for (const [heading, content] of parts) {
    if (content.length > 0) lines.push('', `${heading}:`, ...content.map((line) => `  ${printable(line)}`));
  }
  return `${lines.join('\n')}\n`;
}
