// Leaves V8's bytecode of the command beside it. V8 compiles a function when it is first called, so the server is started
// and asked for a page before the bytecode is taken: what the start needs is then in it.
const { mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { createConnection } = require('node:net');
const { createRequire, wrap } = require('node:module');
const { tmpdir } = require('node:os');
const { dirname, join, resolve } = require('node:path');
const { Script } = require('node:vm');

const bundle = resolve(__dirname, 'dist/command.js');
const site = mkdtempSync(join(tmpdir(), 'webserv-build-'));
const socket = join(site, 'socket');
writeFileSync(join(site, 'index.html'), 'page');
writeFileSync(
  join(site, 'site.conf'),
  `error_log error.log;
   server { listen unix:${socket}; root .; default_file index.html; access_log access.log; location / { method GET POST; } }`,
);

const script = new Script(wrap(readFileSync(bundle, 'utf8')), { filename: bundle });
process.argv = [process.execPath, bundle, '-c', join(site, 'site.conf')];
process.stderr.write = () => true;
process.on('exit', () => {
  writeFileSync(`${bundle}.cache`, script.createCachedData());
  rmSync(site, { recursive: true, force: true });
});
script.runInThisContext()({}, createRequire(bundle), { exports: {} }, bundle, dirname(bundle));

const peer = createConnection(socket, () =>
  peer.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'),
);
peer.resume();
peer.on('close', () => process.kill(process.pid, 'SIGTERM'));
