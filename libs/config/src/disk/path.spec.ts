import { posix } from 'node:path';
import fc from 'fast-check';
import { absolutePath, folderOf, lastName, under } from './path.ts';

const name = fc.constantFrom('a', 'b c', '.x', '...', '안녕', 'x.html');
const piece = fc.oneof({ weight: 3, arbitrary: name }, fc.constantFrom('.', '..', ''));
const absolute = fc.array(name, { maxLength: 4 }).map((names) => `/${names.join('/')}`);
const written = fc
  .tuple(fc.boolean(), fc.array(piece, { minLength: 1, maxLength: 6 }))
  .map(([slash, pieces]) => (slash ? '/' : '') + pieces.join('/'));

describe('a path', () => {
  it('is made absolute as Node does', () => {
    fc.assert(
      fc.property(absolute, written, (folder, path) => {
        expect(absolutePath(folder, path)).toBe(posix.resolve(folder, path));
      }),
    );
  });

  it('of the folder / that is written as the empty string starts at /', () => {
    expect(absolutePath('', 'a/../b')).toBe('/b');
  });

  it('is joined as Node does, for names that stay below their folder', () => {
    const below = fc.array(fc.oneof(name, fc.constantFrom('.', '')), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(absolute, below, (folder, names) => {
        // A name that ends in a dot segment cannot be the name of a file.
        const last = names.at(-1);
        fc.pre(last !== '.' && names[0] !== '');
        expect(under(folder, names.join('/'))).toBe(posix.join(folder, names.join('/')));
      }),
    );
  });

  it('has the folder and the last name that Node gives it', () => {
    fc.assert(
      fc.property(absolute, fc.boolean(), (path, slash) => {
        const given = slash && path !== '/' ? `${path}/` : path;
        expect(folderOf(given)).toBe(posix.dirname(given));
        expect(lastName(given)).toBe(posix.basename(given));
      }),
    );
  });
});
