import type { Launcher } from '@webserv/cgi';
import type { Acme, Config } from '@webserv/config';
import type { Loop } from '@webserv/event-loop';
import type { Job, Wanted } from '../keeper/job.ts';
import { type Owner, seedStore } from '../store/seed.ts';
import { storeFault } from '../store/store-fault.ts';
import { type KeeperLog, KeeperProcess, type KeeperProgram } from './keeper-process.ts';

/** The keepers of a config, at work: one for each account at each authority. */
export class Keepers {
  private readonly loop: Loop;
  private readonly launcher: Launcher;
  private readonly program: KeeperProgram;
  private readonly log: KeeperLog;
  /** By their job. */
  private keepers = new Map<string, KeeperProcess>();
  private readonly leaving = new Set<Promise<void>>();

  constructor(loop: Loop, launcher: Launcher, program: KeeperProgram, log: KeeperLog) {
    this.loop = loop;
    this.launcher = launcher;
    this.program = program;
    this.log = log;
  }

  /** Works for this config from now on. A keeper whose job stays the same goes on. */
  turnTo(config: Config): void {
    const before = this.keepers;
    this.keepers = new Map();
    for (const job of jobsOf(config)) {
      const key = JSON.stringify(job);
      const keeper =
        before.get(key) ?? new KeeperProcess(this.loop, this.launcher, this.program, job, this.log);
      this.keepers.set(key, keeper);
      if (!before.delete(key)) keeper.start();
    }
    for (const keeper of before.values()) this.leave(keeper);
  }

  /** Ends when all of them have ended. */
  async close(): Promise<void> {
    for (const keeper of this.keepers.values()) this.leave(keeper);
    this.keepers.clear();
    await Promise.all(this.leaving);
  }

  private leave(keeper: KeeperProcess): void {
    const gone: Promise<void> = new Promise<void>((done) => keeper.close(done)).then(() => {
      this.leaving.delete(gone);
    });
    this.leaving.add(gone);
  }
}

/**
 * Makes the store of a config usable before its listeners start.
 * @param now milliseconds since 1970
 * @param owner the account that the server will run as; null where it stays what it is
 * @returns what is wrong with the store; '' where nothing is
 */
export function seedStoreOf(config: Config, now: number, owner: Owner | null): string {
  const { acmeStore } = config;
  const certificates = jobsOf(config).flatMap((job) => job.certificates);
  if (acmeStore === null || certificates.length === 0) return '';
  try {
    seedStore(acmeStore, certificates, now, owner);
    return '';
  } catch (error) {
    return `acme_store: ${(error as Error).message}`;
  }
}

/**
 * Says what `seedStoreOf` would say, without writing. The process has the rights of the account of the server.
 * @param byRoot whether the start has the rights of root, and makes a missing store for that account
 */
export function storeProblems(config: Config, byRoot: boolean): string[] {
  const { acmeStore, user } = config;
  if (acmeStore === null || jobsOf(config).length === 0) return [];
  const fault = storeFault(acmeStore, byRoot && user !== null);
  return fault === '' ? [] : [`acme_store: ${fault}`];
}

/** What the servers with `acme` want, for each account at each authority. */
function jobsOf({ servers, acmeStore }: Config): Job[] {
  const jobs = new Map<string, { readonly acme: Acme; readonly wanted: Map<string, Wanted> }>();
  for (const { acme, names, listens } of servers) {
    const lower = names.map((name) => name.toLowerCase());
    const [first] = lower;
    if (acme === null || first === undefined) continue;
    const key = `${acme.email} ${acme.directory}`;
    const job = jobs.get(key) ?? { acme, wanted: new Map<string, Wanted>() };
    jobs.set(key, job);
    // Two servers of one first name, on two addresses, share its file.
    const before = job.wanted.get(first);
    const plain = listens.some(({ tls }) => !tls) || before?.challenges.includes('http-01') === true;
    job.wanted.set(first, {
      name: first,
      names: [...new Set([...(before?.names ?? []), ...lower])],
      challenges: plain ? ['http-01', 'tls-alpn-01'] : ['tls-alpn-01'],
    });
  }
  if (acmeStore === null) return [];
  return [...jobs.values()].map(({ acme, wanted }) => ({
    ...acme,
    store: acmeStore,
    certificates: [...wanted.values()],
  }));
}
