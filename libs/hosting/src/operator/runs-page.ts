import { type AdminPage, type Answer, json, type PagePart, plain, plainPage } from '@webserv/admin';
import type { Recorder, RunDetails, RunSummary } from '@webserv/cgi';

/** The last runs of scripts, of this process or of those that serve for it. The callbacks may be called from within. */
export interface Runs {
  /** The newest first. */
  list(done: (runs: readonly RunSummary[]) => void): void;
  find(id: string, done: (run: RunDetails | null) => void): void;
}

/** Those of this process. */
export function ownRuns(recorder: Recorder): Runs {
  return {
    list: (done) => done(recorder.list()),
    find: (id, done) => done(recorder.find(id)),
  };
}

/** The page of the last runs of scripts, and with `?id=` of one of them. Programs get JSON. */
export function runsPage(runs: Runs): AdminPage {
  return {
    title: 'Runs',
    answer: ({ query, accept }) => {
      const id = new URLSearchParams(query).get('id');
      const person = accept.includes('text/html');
      if (id === null)
        return (done) => runs.list((list) => done(person ? listPage(list) : varied(json(200, list))));
      return (done) => runs.find(id, (run) => done(runAnswer(run, person)));
    },
  };
}

function runAnswer(run: RunDetails | null, person: boolean): Answer {
  if (run === null)
    return plain(404, 'There is no such run, or it is no longer kept: see the directive "runs".');
  return person ? detailsPage(run) : varied(json(200, run));
}

function varied(answer: Answer): Answer {
  return { ...answer, headers: [['Vary', 'Accept']] };
}

const COLUMNS = ['Run', 'Started', 'Status', 'End', 'Took', 'Request', 'Location', 'Failed at'];

function listPage(runs: readonly RunSummary[]): Answer {
  const rows = runs.map((run) => [
    { text: run.id, href: `runs?id=${encodeURIComponent(run.id)}` },
    new Date(run.startedAt).toISOString(),
    run.status === 0 ? '-' : String(run.status),
    run.end,
    milliseconds(Math.max(run.exitMs, run.overMs)),
    run.request,
    `${run.server} ${run.location}`,
    run.cause,
  ]);
  const lines = runs.length === 0 ? ['No script has run since the server has an admin address.'] : [];
  return plainPage('runs', [{ heading: 'Runs of scripts', columns: COLUMNS, rows, lines }]);
}

function detailsPage(run: RunDetails): Answer {
  const parts: PagePart[] = [{ heading: `Run ${run.id}`, facts: factsOf(run) }];
  if (run.stderr.length > 0) parts.push({ heading: 'The last lines of stderr', lines: run.stderr });
  if (run.arguments.length > 0) parts.push({ heading: 'Arguments', lines: run.arguments });
  parts.push({ heading: 'Environment, without secrets', lines: run.environment });
  return plainPage(`run ${run.id}`, parts);
}

/** Returns what is known of a run, in the order in which it is read. What did not happen is left out. */
export function factsOf(run: RunSummary): (readonly [name: string, value: string])[] {
  const facts: (readonly [string, string])[] = [
    ['Request', run.request],
    ['Request id', run.requestId],
    ['Client', run.client],
    ['Server', run.server],
    ['Location', run.location],
    ['Script', run.script],
    ['Application', run.application],
    ['Started', new Date(run.startedAt).toISOString()],
    ['Body taken in', milliseconds(run.bodyMs)],
    ['Waited for its turn', milliseconds(run.waitMs)],
    ['Head after', milliseconds(run.headMs)],
    ['Answer after', milliseconds(run.answerMs)],
    ['End after', milliseconds(run.exitMs)],
    ['Client served after', milliseconds(run.overMs)],
    ['Status', run.status === 0 ? '' : String(run.status)],
    ['Bytes of the body', String(run.bytes)],
    ['End', run.end],
    ['Failed at', run.cause],
  ];
  return facts.filter(([, value]) => value !== '');
}

/** Returns '' for what has not happened. */
export function milliseconds(ms: number): string {
  return ms < 0 ? '' : `${ms} ms`;
}
