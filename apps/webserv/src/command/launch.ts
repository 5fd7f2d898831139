#!/usr/bin/env node
// The installed command. It runs the bundle beside it with the bytecode that the build made, so that V8 neither parses
// nor compiles half a megabyte before the first request. If the bytecode is missing, or another V8 made it, V8 compiles
// the bundle: this is slower, and otherwise the same.

import { readFileSync } from 'node:fs';
import { createRequire, wrap } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { unfit } from '@webserv/event-loop/machine';

/** The file beside this one that contains the whole server. Its bytecode has the same name and `.cache`. */
const BUNDLE = join(__dirname, 'command.js');

function bytecode(): Buffer | undefined {
  try {
    return readFileSync(`${BUNDLE}.cache`);
  } catch {
    return undefined;
  }
}

// This check runs before any native code is loaded, because there may be none for an unfit machine.
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
