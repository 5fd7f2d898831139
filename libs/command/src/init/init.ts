import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, onDisk } from '../command-error.ts';
import { CONFIG_NAME, initText } from './init-text.ts';
import { survey } from './survey.ts';

/**
 * Writes a configuration for a folder into it.
 * @throws CommandError if there is one already, or the folder cannot be written
 */
export function init(folder: string): void {
  const file = join(folder, CONFIG_NAME);
  if (existsSync(file)) throw new CommandError(`${CONFIG_NAME} exists already, and is left as it is`);
  onDisk(`${CONFIG_NAME} cannot be written`, () => {
    writeFileSync(file, initText(survey(folder)), { flag: 'wx' });
  });
}
