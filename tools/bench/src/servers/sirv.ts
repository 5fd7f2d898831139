// sirv over node:http, in its production mode: the folder is listed once, files are streamed.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

type Serve = (request: IncomingMessage, response: ServerResponse) => void;
type Sirv = (folder: string, options: { readonly etag: boolean }) => Serve;

const [port, file = ''] = process.argv.slice(2);
const { BENCH_MODULES: modules = 'node_modules' } = process.env;
const load = createRequire(join(resolve(modules), 'x.js'));
const sirv: Sirv = load('sirv');

createServer(sirv(dirname(file), { etag: true })).listen(Number(port), '127.0.0.1', 4096);
