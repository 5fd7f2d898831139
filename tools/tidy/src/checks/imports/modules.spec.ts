import { report } from '../../problem.ts';
import { makeWorkspace } from '../../workspace.ts';
import { modules } from './modules.ts';

const run = (path: string, text: string) => report(modules.run(makeWorkspace({ [path]: text })));

describe('modules', () => {
  it.each([
    ['libs/event-loop/src/loop.ts', "import koffi from 'koffi';", 'may import koffi'],
    ['libs/event-loop/src/ffi/errno.ts', "import koffi from 'koffi';", 'may import koffi'],
    ['libs/cache/src/a.ts', "const koffi = require('koffi');", 'may import koffi'],
    ['apps/webserv/src/a.ts', "import pino from 'pino';", 'may import pino'],
    ['libs/cgi/src/a.ts', "import { spawn } from 'node:child_process';", 'for tests and tools'],
    ['libs/cgi/src/a.ts', "import { spawn } from 'child_process';", 'for tests and tools'],
    ['apps/webserv/src/a.ts', "import http from 'node:http';", 'for tests and tools'],
    ['apps/webserv/src/a.ts', "import type { Socket } from 'node:net';", 'for tests and tools'],
    ['libs/request/src/parser.ts', "import { readFileSync } from 'node:fs';", 'does no I/O'],
    ['libs/config/src/syntax/parse.ts', "import { readFileSync } from 'node:fs';", 'does no I/O'],
    ['libs/response/src/encode/encode.ts', "import { open } from 'node:fs/promises';", 'does no I/O'],
  ])('%s: %s', (path, text, message) => {
    expect(run(path, text)).toContain(message);
  });

  it.each([
    ['libs/event-loop/src/ffi/libc.ts', "import koffi from 'koffi';"],
    ['libs/logger/src/a.ts', "import pino from 'pino';"],
    ['libs/config/src/disk/node-disk.ts', "import { readFileSync } from 'node:fs';"],
    ['libs/request/src/parser.spec.ts', "import { readFileSync } from 'node:fs';"],
    ['apps/webserv/src/a.spec.ts', "import http from 'node:http';"],
    ['tools/bench/src/a.ts', "import { spawn } from 'node:child_process';"],
  ])('allows %s: %s', (path, text) => {
    expect(run(path, text)).toBe('');
  });
});
