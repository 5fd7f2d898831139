import type { Readable } from 'node:stream';
import type { Job, Report } from '../keeper/job.ts';
import { keep } from './keep.ts';

/** The server keeps no longer lines. */
const REASON_MAX = 1000;

/**
 * What the keeper's process does: it reads a job as one line of JSON, works until its input ends, and says what it reports
 * as lines of JSON. So it never outlives the server, however that ends.
 * @param say writes a line
 */
export async function keeperMain(input: Readable, say: (line: string) => void): Promise<void> {
  const end = new AbortController();
  const job = await firstLine(input);
  input.once('end', () => end.abort()).once('error', () => end.abort());
  input.resume();
  if (job === '') return;
  await keep(JSON.parse(job) as Job, (report) => say(JSON.stringify(shortened(report))), end.signal);
}

/** '' where the input ended before it. */
function firstLine(input: Readable): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const take = (piece: Buffer | string): void => {
      text += piece.toString();
      const end = text.indexOf('\n');
      if (end < 0) return;
      input.off('data', take);
      resolve(text.slice(0, end));
    };
    input.on('data', take).once('end', () => resolve(''));
  });
}

function shortened(report: Report): Report {
  return report.event === 'failed' ? { ...report, reason: report.reason.slice(0, REASON_MAX) } : report;
}
