import { fileURLToPath } from 'node:url';
import { addLibrary } from './tree.ts';

/** The bundle lies in tools/tidy/dist. */
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const [name = '', ...others] = process.argv.slice(2);

try {
  if (name === '' || others.length > 0) throw new Error('give one name: npm run new-library websocket');
  addLibrary(ROOT, name);
  process.stdout.write(
    `libs/${name} is made. Next: its README and its row in the other one, its first noun, and whom it may import (rules.ts).\n`,
  );
} catch (error) {
  process.stderr.write(`new-library: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
