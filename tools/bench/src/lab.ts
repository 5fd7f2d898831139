import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { selfSigned } from '@webserv/certificate';
import { ask, difference } from './answer.ts';
import { type Ask, type Load, load } from './generators/wrk.ts';
import { LARGE } from './options.ts';
import type { Certified, Peer, Role } from './peer.ts';
import { endRuns, run } from './run.ts';
import { type Server, type Site, start } from './server.ts';
import { type SiteFile, type SiteName, siteFiles, writeSite } from './sites.ts';

/** What the peers serve. */
export interface Plan {
  readonly role: Role;
  /** The files of the role `files`; `page` where it is left out. */
  readonly site?: SiteName;
  /** Whether the page that stands alone has a sibling `page.html.gz`. */
  readonly siblings?: boolean;
  /** Whether the servers speak TLS. */
  readonly secure?: boolean;
  /** With the role `fastcgi`: the folder of the pools' sockets. */
  readonly pools?: string;
  /** Bytes of a file that stands alone; a script has its own. */
  readonly size: number;
  /** CPU of the servers and of the load; null lets the kernel choose. */
  readonly serverCore: number | null;
  readonly clientCore: number | null;
}

/** The least that a script can do. printf is part of the shell, so the shell starts no other program. */
const SCRIPT = "#!/bin/sh\nprintf 'Content-Type: text/plain\\r\\n\\r\\nhello from a script\\n'\n";
const PHP_SCRIPT = '<?php header(\'Content-Type: text/plain\'); echo "hello from a script\\n";\n';
const SCRIPT_OUTPUT = Buffer.from('hello from a script\n');
/** A page of 10,000 bytes, which a script writes line by line. */
const PHP_PAGE =
  "<?php header('Content-Type: text/plain'); for ($i = 0; $i < 100; $i++) echo str_repeat('x', 99), \"\\n\";\n";

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** Bytes. */
const SCRIPTS_PAGE = 1024;
/** Seconds after which an answer counts as an error. */
const PATIENCE = 10;
/**
 * Requests of a warm-up for small files. V8 has compiled by then what serves them, and a set of files has filled the cache or
 * is all in it.
 */
const WARM = 30_000;
/** Loads after which a slow server is warm enough: of a set of files, and of one page. */
const SET_PASSES = 20;
const PAGE_PASSES = 5;
/** No measured round has this seed. */
const FILL_SEED = 1_000_000;

/** What a peer says of itself. */
export interface Introduction {
  readonly name: string;
  readonly version: string;
  readonly logs: boolean;
  readonly headers: readonly string[];
}

/** Peers that run and serve the same bytes, and a folder for everything that a pass writes. */
export interface Lab {
  readonly scratch: string;
  readonly servers: readonly Server[];
  readonly introductions: readonly Introduction[];
  /** The peers that were left out, and why. */
  readonly absent: readonly string[];
  /** How many files the site has. */
  readonly files: number;
  /**
   * Loads `url` before anything is measured: for some seconds, and until a cache holds as much of the site as it can.
   * @returns how many requests that took
   */
  warm(url: string, connections: number, seconds: number): Promise<number>;
  /** Loads `url` with `connections` for some seconds, from the CPU of the load; a site of many files is asked at random. */
  load(url: string, connections: number, seconds: number, ask?: Ask): Promise<Load>;
  /** Ends the servers and removes the folder; safe to call twice. */
  close(): Promise<void>;
}

/** Starts every peer that it can start. `say` receives a line for each, also if it is left out. */
export async function openLab(peers: readonly Peer[], plan: Plan, say: (line: string) => void): Promise<Lab> {
  const { size } = plan;
  const scratch = mkdtempSync(join(tmpdir(), 'bench-'));
  const root = join(scratch, 'site');
  const started: Server[] = [];
  const interrupted = () => void close().finally(() => process.exit(130));
  const close = async () => {
    for (const signal of SIGNALS) process.off(signal, interrupted);
    endRuns();
    await Promise.all(started.map((server) => server.stop()));
    rmSync(scratch, { recursive: true, force: true });
  };
  for (const signal of SIGNALS) process.once(signal, interrupted);
  // A server started by root drops its rights, and must still be able to read the site.
  chmodSync(scratch, 0o755);
  mkdirSync(root);
  const { site: bare, expected, paths, count } = prepare(plan, root, scratch);
  const site = plan.secure === true ? { ...bare, tls: certify(scratch) } : bare;
  const servers: Server[] = [];
  const introductions: Introduction[] = [];
  const absent: string[] = [];
  for (const peer of peers) {
    let reason = peer.missing();
    if (reason === '') {
      try {
        const server = await start(peer, site, scratch, plan.serverCore);
        started.push(server);
        const introduction = await introduce(server, expected);
        servers.push(server);
        introductions.push(introduction);
        say(`${peer.name}: ${introduction.version}\n  ${introduction.headers.join('\n  ')}`);
      } catch (error) {
        reason = (error as Error).message;
      }
    }
    if (reason === '') continue;
    // A server that refuses its configuration may write many lines. `say` receives all of them.
    absent.push(`${peer.name}: ${reason.split('\n')[0]}`);
    say(`${peer.name}: left out, ${reason}`);
  }
  const patience = size >= LARGE ? 60 : PATIENCE;
  const common = { scratch, core: plan.clientCore, patience };
  const loadOnce: Lab['load'] = (url, connections, seconds, ask) =>
    load({ ...common, url, connections, seconds, ask: { paths, ...ask } });
  return {
    scratch,
    servers,
    introductions,
    absent,
    files: count,
    load: loadOnce,
    async warm(url, connections, seconds) {
      if (seconds === 0) return 0;
      // Seconds alone would make a busy machine measure a compiler that still works, or a cache that is half empty.
      const small = plan.role === 'files' && size < LARGE;
      const passes = count > 1 ? SET_PASSES : small ? PAGE_PASSES : 1;
      let asked = 0;
      for (let pass = 0; pass === 0 || (asked < WARM && pass < passes); pass++)
        asked += (await loadOnce(url, connections, seconds, { seed: FILL_SEED + pass })).requests;
      return asked;
    },
    close,
  };
}

/** Writes the site that the peers serve. `paths` is the file that lists what is asked for at random, '' for one file. */
function prepare(
  { role, site = 'page', siblings = false, pools = '', size }: Plan,
  root: string,
  scratch: string,
): { readonly site: Site; readonly expected: Buffer; readonly paths: string; readonly count: number } {
  if (role === 'scripts') {
    const file = 'hello.sh';
    writeFileSync(join(root, file), SCRIPT, { mode: 0o755 });
    // A load may ask for this page beside the scripts.
    writeSite(siteFiles('page', SCRIPTS_PAGE), root);
    return { site: { root, file, role }, expected: SCRIPT_OUTPUT, paths: '', count: 1 };
  }
  if (role === 'fastcgi') {
    const file = 'hello.php';
    writeFileSync(join(root, file), PHP_SCRIPT);
    writeFileSync(join(root, 'page.php'), PHP_PAGE);
    return { site: { root, file, role, pools }, expected: SCRIPT_OUTPUT, paths: '', count: 1 };
  }
  const files = siteFiles(role === 'files' ? site : 'page', size);
  const first = files.next().value as SiteFile;
  const names = [...writeSite([first], root), ...writeSite(files, root)];
  if (siblings) writeFileSync(join(root, `${first.path}.gz`), gzipSync(first.body));
  const paths = names.length > 1 ? join(scratch, 'paths') : '';
  if (paths !== '') writeFileSync(paths, `${names.join('\n')}\n`);
  return {
    site: { root, file: first.path, role, siblings },
    expected: first.body,
    paths,
    count: names.length,
  };
}

/** A certificate of ECDSA on P-256. Servers that drop root's rights have read it before. */
function certify(scratch: string): Certified {
  const made = selfSigned({ names: ['localhost', '127.0.0.1'], now: Date.now(), days: 2 });
  const files = { certificate: join(scratch, 'certificate.pem'), key: join(scratch, 'key.pem') };
  writeFileSync(files.certificate, made.certificate);
  writeFileSync(files.key, made.key, { mode: 0o600 });
  return files;
}

/** Asks a server once: it takes part only if it answers with the file's bytes. */
async function introduce({ peer, url }: Server, file: Buffer): Promise<Introduction> {
  const answer = await ask(url);
  const wrong = difference(answer, file);
  if (wrong !== '') throw new Error(`its answer differs: ${wrong}`);
  const command = peer.version();
  const { stdout, stderr } = command === null ? { stdout: '', stderr: '' } : await run(command);
  const version = `${stdout}${stderr}`.trim().split('\n')[0] ?? '';
  return { name: peer.name, version, logs: peer.logs, headers: answer.headers };
}
