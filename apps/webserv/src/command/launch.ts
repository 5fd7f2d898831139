#!/usr/bin/env node
// The command as it is installed: runs the bundle beside it with the bytecode that the build left there, so that V8
// neither parses nor compiles half a megabyte before the first request. Where the bytecode was made by another V8, or is
// not there, V8 says so and compiles: slower, the same in all else.

import { readFileSync } from 'node:fs';
import { createRequire, wrap } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { unfit } from '@webserv/event-loop/machine';

/** The file beside this one that holds all of the server; its bytecode has the same name and `.cache`. */
const BUNDLE = join(__dirname, 'command.js');

function bytecode(): Buffer | undefined {
  try {
    return readFileSync(`${BUNDLE}.cache`);
  } catch {
    return undefined;
  }
}

// Before anything native is loaded, which may not even exist there.
const why = unfit();
if (why !== '') {
  process.stderr.write(`${why}\n`);
  process.exit(1);
}
const cachedData = bytecode();
const script = new Script(wrap(readFileSync(BUNDLE, 'utf8')), {
  filename: BUNDLE,
  ...(cachedData === undefined ? {} : { cachedData }),
});
script.runInThisContext()({}, createRequire(BUNDLE), { exports: {} }, BUNDLE, __dirname);
