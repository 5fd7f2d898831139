import { importsOf } from './imports.ts';
import { resolve } from './resolve.ts';
import { isTest, type Workspace } from './workspace.ts';

/** Who imports one name of one file. */
interface Readers {
  /** Shipped code of the same package. */
  own: boolean;
  ownTests: boolean;
  /** Shipped code of another package. */
  others: boolean;
  othersTests: boolean;
}

/** A namespace, `export *` or `import()` takes every name of a file. */
const EVERY = '*';

/** The key of the file itself: read by every import of it. */
const FILE = '';

/** The readers of every exported name of the tree. */
export class ReaderIndex {
  readonly #readers = new Map<string, Readers>();

  constructor({ packages }: Workspace) {
    for (const { folder, sources } of packages) {
      for (const source of sources) {
        for (const { specifier, names } of importsOf(source)) {
          const file = resolve(packages, source.path, specifier);
          const kind = kindOf(source.path, file.startsWith(`${folder}/`));
          for (const name of names === 'all' ? [EVERY] : names) this.#at(file, name)[kind] = true;
          this.#at(file, FILE)[kind] = true;
        }
      }
    }
  }

  of(file: string, name: string): Readers {
    const named = this.#at(file, name);
    const whole = this.#at(file, EVERY);
    return {
      own: named.own || whole.own,
      ownTests: named.ownTests || whole.ownTests,
      others: named.others || whole.others,
      othersTests: named.othersTests || whole.othersTests,
    };
  }

  /** Who imports the file, whatever they take of it. */
  file(file: string): Readonly<Readers> {
    return this.#at(file, FILE);
  }

  #at(file: string, name: string): Readers {
    const key = `${file}:${name}`;
    let readers = this.#readers.get(key);
    if (readers === undefined) {
      readers = { own: false, ownTests: false, others: false, othersTests: false };
      this.#readers.set(key, readers);
    }
    return readers;
  }
}

function kindOf(path: string, own: boolean): keyof Readers {
  if (own) return isTest(path) ? 'ownTests' : 'own';
  return isTest(path) ? 'othersTests' : 'others';
}
