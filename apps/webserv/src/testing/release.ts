import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';

const DIST = resolve(__dirname, '../../dist');
const MODULES = resolve(__dirname, '../../../../node_modules');

/** The versions of the program that are installed for a test, with a link `current` to the one that an operator starts. */
export class Releases {
  /** What an operator starts. */
  readonly main: string;
  private readonly folder: string;

  /** @param folder of the test */
  constructor(folder: string) {
    if (!existsSync(DIST)) throw new Error(`${DIST} is missing: run "npx nx build webserv" first`);
    this.folder = join(folder, 'releases');
    this.main = join(this.folder, 'current/main.js');
    mkdirSync(this.folder);
    symlinkSync(MODULES, join(this.folder, 'node_modules'));
  }

  /**
   * Installs a version, and has `current` mean it.
   * @param changed makes another program of it
   */
  install(version: string, changed: (program: string) => string = (program) => program): void {
    const home = join(this.folder, version);
    cpSync(DIST, home, { recursive: true });
    // It was made of another program.
    rmSync(join(home, 'command.js.cache'));
    const bundle = join(home, 'command.js');
    const program = readFileSync(bundle, 'utf8').replace('VERSION=`0.1.0`', `VERSION=\`${version}\``);
    writeFileSync(bundle, changed(program));
    const link = join(this.folder, 'next');
    symlinkSync(home, link);
    renameSync(link, join(this.folder, 'current'));
  }
}
