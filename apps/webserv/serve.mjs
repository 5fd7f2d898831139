// Serves the demo to somebody who works on it: `nx run webserv:serve`. With `--watch` the server is built and started again
// when a source or the configuration changes. An operator starts dist/main.js itself, and none of this.
//
// npx, npm and nx stand between the terminal and this process. TERM to npx ends npx and its shell, and reaches neither nx nor
// the server. So this process asks whether those that started it still live, and ends the server when one of them has gone.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';

const LOOK_MS = 250;
/** One save is several changes: an editor writes a file beside the old one and renames it. */
const QUIET_MS = 100;
/** The processes between a terminal and a script of package.json. */
const RUNNER = /\b(npm|npx|nx)\b|^\S*sh -c\b/;
const MAIN = 'dist/main.js';

const { values } = parseArgs({
  options: {
    config: { type: 'string', short: 'c', default: 'conf/webserv.conf' },
    watch: { type: 'boolean', default: false },
  },
});

let server = null;
let stopping = false;

function start() {
  const child = spawn(process.execPath, [MAIN, '-c', values.config], { stdio: 'inherit' });
  server = child;
  child.on('exit', (code) => {
    if (server !== child) return;
    server = null;
    // A watched server that cannot start waits for the change that fixes it.
    if (!values.watch) process.exit(code ?? 1);
  });
}

/** Ends the server, and returns when its port is free. */
function end(signal) {
  const child = server;
  server = null;
  if (child === null) return Promise.resolve();
  return new Promise((resolve) => {
    child.on('exit', resolve);
    child.kill(signal);
  });
}

function stop(signal) {
  // The signal after the first one makes the server cut what it waits for; it may come by the terminal as well.
  if (stopping) return;
  stopping = true;
  void end(signal).then(() => process.exit(0));
}

/** What `ps` says of a process; null if it is not there, or there is no ps. */
function processOf(pid) {
  const { stdout } = spawnSync('ps', ['-o', 'ppid=,pgid=,args=', '-p', String(pid)], { encoding: 'utf8' });
  const [, parent, group, args] = /^\s*(\d+)\s+(\d+)\s+(.*)/.exec(stdout ?? '') ?? [];
  return args === undefined ? null : { pid, parent: Number(parent), group: Number(group), args };
}

/** The processes that started this one, from the nearest: npm, its shell, nx, npx. */
function runners() {
  const found = [];
  let next = processOf(process.ppid);
  while (next !== null && RUNNER.test(next.args)) {
    found.push(next);
    next = next.parent > 1 ? processOf(next.parent) : null;
  }
  return { found, above: next };
}

/** npx may have gone before this process began: then the uppermost runner is in the group of a parent that is not there. */
function isOrphan({ found, above }) {
  const top = found.at(-1);
  return top !== undefined && top.group !== top.pid && above?.group !== top.group;
}

function lives(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Builds what has changed, and starts the server again if it can run; otherwise the old one goes on. */
async function renew(built) {
  if (built && spawnSync(process.execPath, ['build.mjs'], { stdio: 'inherit' }).status !== 0) return;
  const check = spawnSync(process.execPath, [MAIN, '-t', '-c', values.config], { encoding: 'utf8' });
  if (check.status !== 0) {
    process.stderr.write(check.stderr);
    return;
  }
  await end('SIGTERM');
  if (!stopping) start();
}

/** Watches the sources of the app and its libraries, and the folder of the configuration. */
function watchAll() {
  let timer;
  let built = false;
  let last = Promise.resolve();
  const changed = (isSource) => {
    built ||= isSource;
    clearTimeout(timer);
    timer = setTimeout(() => {
      const source = built;
      built = false;
      last = last.then(() => renew(source));
    }, QUIET_MS);
  };
  const libraries = existsSync('../../libs') ? readdirSync('../../libs') : [];
  for (const folder of ['src', ...libraries.map((name) => `../../libs/${name}/src`)]) {
    watch(folder, { recursive: true }, (_, name) => {
      if (name?.endsWith('.ts') && !name.endsWith('.spec.ts')) changed(true);
    });
  }
  watch(dirname(values.config), () => changed(false));
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => stop(signal === 'SIGINT' ? signal : 'SIGTERM'));
const starters = runners();
if (isOrphan(starters)) {
  process.stderr.write('webserv: not started, because what asked for it has gone\n');
  process.exit(1);
}
setInterval(() => {
  if (!starters.found.every(({ pid }) => lives(pid))) stop('SIGTERM');
}, LOOK_MS).unref();
start();
if (values.watch) watchAll();
