import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const SOURCES = resolve(__dirname, 'sites');
const CACHE = resolve(__dirname, '../../../../../node_modules/.cache/webserv-sites');
const CODED = /\.(html|js|css|svg|json)$/;
const PATIENCE = 60_000;
/** What npm, or the call of it, says of a registry that does not answer. Anything else is a fault of the packages. */
const UNREACHABLE =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ENOTCACHED)\b/;

/** VitePress and Vite, installed once for each lock file. `why` says what is missing where they are not there. */
export function installBuilders(): { readonly folder: string; readonly why: string } {
  const lock = readFileSync(join(SOURCES, 'package-lock.json'));
  const place = [lock, process.version, process.arch].reduce(
    (hash, part) => hash.update(part),
    createHash('sha256'),
  );
  const folder = join(CACHE, place.digest('hex').slice(0, 16));
  if (existsSync(folder)) return { folder, why: '' };
  mkdirSync(CACHE, { recursive: true });
  const fresh = mkdtempSync(join(CACHE, 'fresh-'));
  try {
    for (const name of ['package.json', 'package-lock.json']) cpSync(join(SOURCES, name), join(fresh, name));
    const words = [
      'ci',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--prefer-offline',
      '--fetch-retries=0',
    ];
    execFileSync('npm', words, { cwd: fresh, stdio: 'pipe', timeout: PATIENCE });
    renameSync(fresh, folder);
  } catch (error) {
    const why = String((error as Error).message).trim();
    // Another run may have been first, and has the same.
    if (!existsSync(folder)) {
      if (!UNREACHABLE.test(why)) throw error;
      return { folder, why: `npm ci: ${why}` };
    }
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return { folder, why: '' };
}

/** Builds both sites below `target`: `docs` by VitePress, and `app`, which has its routes in the browser, by Vite. */
export async function buildSites(builders: string, target: string): Promise<void> {
  const work = join(target, 'work');
  cpSync(SOURCES, work, { recursive: true });
  symlinkSync(join(builders, 'node_modules'), join(work, 'node_modules'));
  await build(work, 'vitepress/bin/vitepress.js', 'docs', join(target, 'docs'));
  await build(work, 'vite/bin/vite.js', 'app', join(target, 'app'));
  rmSync(work, { recursive: true });
}

async function build(work: string, tool: string, source: string, target: string): Promise<void> {
  // A build of a test is the same as that of a person: NODE_ENV is Jest's own.
  const env = { ...process.env, NODE_ENV: 'production' };
  const words = [join('node_modules', tool), 'build', source, '--outDir', target];
  await promisify(execFile)(process.execPath, words, { cwd: work, env });
}

/** The paths of all files below a folder, without a slash in front. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

/** Lays coded copies beside what can be made shorter, as a step of a deployment does. */
export function precompress(folder: string): void {
  for (const name of filesBelow(folder).filter((path) => CODED.test(path))) {
    const content = readFileSync(join(folder, name));
    writeFileSync(join(folder, `${name}.gz`), gzipSync(content));
    writeFileSync(join(folder, `${name}.br`), brotliCompressSync(content));
  }
}
