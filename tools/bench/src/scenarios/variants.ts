import { ask, fieldOf } from '../answer.ts';
import { type Entrant, entrant } from '../compare.ts';
import { ownClient } from '../generators/own-client.ts';
import type { Load } from '../generators/wrk.ts';
import type { Lab } from '../lab.ts';
import type { Server } from '../server.ts';

const CONNECTIONS = 64;
const MANY = 4096;
const LONGER = 3;
/** What the servers that differ by their config alone are called. */
const DRESSED: Readonly<Record<string, string>> = {
  'webserv-fields': 'webserv, ten fields',
  'webserv-ruled': 'webserv, ten fields and rules',
};

/** Where the client of our own is, and the CPU that it runs on. */
interface VariantPlan {
  readonly client: string;
  readonly core: number | null;
  /** Whether a process may hold 4,096 connections. */
  readonly many: boolean;
}

/** The small page of one server, asked for in other ways or with more in its config, each beside the plain one. */
export async function variantsOf(lab: Lab, server: Server, plan: VariantPlan): Promise<Entrant[]> {
  const dressed = DRESSED[server.peer.name];
  if (dressed !== undefined) return [entrant(lab, server, CONNECTIONS, dressed)];
  const tag = fieldOf(await ask(server.url), 'etag');
  const name = (what: string) => `${server.peer.name}, ${what}`;
  const made = (what: string, fields: Readonly<Record<string, string>>) =>
    entrant(lab, server, CONNECTIONS, name(what), { headers: fields });
  const other = (what: string) => ({
    name: name(what),
    server,
    connections: CONNECTIONS,
    load: (seconds: number) => byOwnClient(server, what, seconds, plan),
  });
  const crowd = entrant(lab, server, MANY, name('4,096 connections'));
  // It takes a while until all are open, which must not be most of the run.
  const many = { ...crowd, load: (seconds: number, round: number) => crowd.load(LONGER * seconds, round) };
  return [
    entrant(lab, server, CONNECTIONS, name('plain page')),
    ...(plan.many ? [many] : []),
    made('one range', { Range: 'bytes=256-767' }),
    made('304', { 'If-None-Match': tag }),
    made('gzip sibling', { 'Accept-Encoding': 'gzip' }),
    other('GET'),
    other('HEAD'),
  ];
}

/** wrk waits for the body that an answer to HEAD announces, so a client of our own asks; it knows no latencies. */
function byOwnClient(
  { port, url }: Server,
  method: string,
  seconds: number,
  { client, core }: VariantPlan,
): Promise<Load> {
  const words = [String(port), new URL(url).pathname, method, String(CONNECTIONS), String(seconds)];
  return ownClient(client, words, core);
}
