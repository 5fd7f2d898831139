import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { Consumer, withFreePorts } from './consumer.ts';
import { type Node, nodes } from './nodes.ts';
import { examplesOf, filesOf, programsOf } from './readme.ts';
import { pack, type Tarball } from './tarball.ts';
import { judged, packageOf, type Verdict } from './verdict.ts';
import { type Conditions, entriesOf, type Manifest, members, ROOT } from './workspace.ts';

const MEMBERS = members();
/** As others import them: `@webserv/event-loop/testing`. */
const ENTRIES = MEMBERS.flatMap(({ manifest }) =>
  entriesOf(manifest).map((entry) => posix.join(manifest.name, entry)),
);
/** Long enough for any example to end, or to fail, on a machine that has other work. */
const EXAMPLE_MS = 20_000;
/** A server goes on until it is ended: what is wrong with it shows at once. */
const SERVES_MS = 3_000;

let folder = '';
let consumer: Consumer;
let found: Node[] = [];
const tarballs = new Map<string, Tarball>();
const verdicts = new Map<string, Verdict>();

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'webserv-packed-')));
  for (const name of ['tarballs', 'consumer', 'nodes']) mkdirSync(join(folder, name));
  for (const tarball of pack(MEMBERS, join(folder, 'tarballs'))) tarballs.set(tarball.manifest.name, tarball);
  for (const verdict of await judged([...tarballs.values()])) verdicts.set(verdict.name, verdict);
  consumer = new Consumer(join(folder, 'consumer'), [...tarballs.values()]);
  found = nodes(join(folder, 'nodes'));
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Every file that package.json names; sources only where sources are packed. */
function named(manifest: Manifest, paths: readonly string[]): string[] {
  const { main, types, bin = {}, exports } = manifest;
  const sources = paths.some((file) => file.startsWith('src/'));
  const targets = entriesOf(manifest).flatMap((entry) => targetsOf(exports[entry] ?? {}, sources));
  const all = [main, types, ...Object.values(bin), ...targets];
  return all.flatMap((path) => (path === undefined ? [] : posix.normalize(path)));
}

function targetsOf(conditions: Conditions, sources: boolean): string[] {
  return Object.entries(conditions).flatMap(([name, target]) => {
    if (typeof target !== 'string') return targetsOf(target, sources);
    return name === '@webserv/source' && !sources ? [] : [target];
  });
}

describe.each(MEMBERS.map(({ manifest }) => manifest.name))('the tarball of %s', (name) => {
  const tarball = () => tarballs.get(name) as Tarball;
  const textOf = (path: string) => readFileSync(join(tarball().root, path), 'utf8');

  it('holds a licence, a README, its CHANGELOG, and every file that package.json names', () => {
    const { folder: source, manifest, paths } = tarball();
    // A library that was never released has none yet.
    const changes = existsSync(join(ROOT, source, 'CHANGELOG.md')) ? ['CHANGELOG.md'] : [];
    expect(paths).toEqual(
      expect.arrayContaining(['LICENSE', 'README.md', ...changes, ...named(manifest, paths)]),
    );
  });

  it('holds no log, no test and no configuration of a tool', () => {
    const stray =
      /\.log$|\.(spec|contract|cases)\.|(^|\/)(fixtures|golden|testing|node_modules)\/|tsconfig|jest\.config/;
    expect(tarball().paths.filter((path) => stray.test(path))).toEqual([]);
  });

  it('has a map beside each program, and in each map sources that are there', () => {
    const { paths } = tarball();
    const programs = paths.filter((path) => /^dist\/.*\.js$/.test(path));
    expect(programs.length).toBeGreaterThan(0);
    expect(programs.filter((path) => !paths.includes(`${path}.map`))).toEqual([]);
    const missing = paths
      .filter((path) => path.endsWith('.map'))
      .flatMap((path) => {
        const { sources, sourcesContent = [] } = JSON.parse(textOf(path)) as {
          readonly sources: readonly string[];
          readonly sourcesContent?: readonly (string | null)[];
        };
        return sources
          .filter((_, index) => typeof sourcesContent[index] !== 'string')
          .map((source) => posix.join(dirname(path), source))
          .filter((source) => !paths.includes(source));
      });
    expect(missing).toEqual([]);
  });

  it('has types that need no package but those that it depends on', () => {
    const { manifest, paths } = tarball();
    const known = new Set([manifest.name, ...Object.keys(manifest.dependencies ?? {})]);
    const strange = paths
      .filter((path) => path.endsWith('.d.ts'))
      .flatMap((path) =>
        [...textOf(path).matchAll(/(?:from |import |import\()['"]([^'"]+)['"]/g)].map(([, name]) => name!),
      )
      .filter((name) => !name.startsWith('.') && !name.startsWith('node:') && !known.has(packageOf(name)));
    expect(strange).toEqual([]);
  });

  it('is accepted by publint', () => {
    expect(verdicts.get(name)?.publint).toEqual([]);
  });

  it('is accepted by attw', () => {
    expect(verdicts.get(name)?.attw).toEqual([]);
  });
});

describe('installed in an empty folder', () => {
  it('every entry of every package is imported', async () => {
    const code = ENTRIES.map((entry) => `import '${entry}';`).join('\n');
    for (const { version, program } of found) {
      const outcome = await consumer.runProgram(program, `entries-${version}`, code, new Map(), EXAMPLE_MS);
      expect(outcome).toEqual({ code: 0, stdout: '', stderr: '' });
    }
  });

  it('the examples of every README satisfy a strict compiler, and so do the types', async () => {
    const pages = [['webserv-workspace', readFileSync(join(ROOT, 'README.md'), 'utf8')] as const];
    for (const [name, page] of [
      ...pages,
      ...MEMBERS.map(({ manifest, readme }) => [manifest.name, readme] as const),
    ]) {
      programsOf(page).forEach((code, index) => {
        consumer.write(`${name.replace('/', '-')}-${index}.ts`, `${code}\nexport {};\n`);
      });
    }
    consumer.write(
      'entries.ts',
      ENTRIES.map((entry, index) => `export * as a${index} from '${entry}';`).join('\n'),
    );
    expect((await consumer.compile()).stdout).toBe('');
  });

  describe.each(MEMBERS.map(({ manifest, readme }) => [manifest.name, readme] as const))(
    '%s',
    (name, readme) => {
      const examples = examplesOf(readme);

      it('has an example', () => {
        expect(examples.length).toBeGreaterThan(0);
      });

      it.each(examples.map((example, index) => ({ example, index })))(
        'runs example $index',
        async ({ example, index }) => {
          for (const { version, program } of found) {
            const files = [...filesOf(readme)];
            const texts = [example.code, example.output ?? '', ...files.map(([, text]) => text)];
            const [code = '', output = '', ...contents] = await withFreePorts(texts);
            const given = new Map(files.map(([file], place) => [file, contents[place] ?? '']));
            const at = `${name.replace('/', '-')}-${index}-${version}`;
            const serves = /\blisten\(/.test(code);
            const {
              code: exit,
              stdout,
              stderr,
            } = await consumer.runProgram(program, at, code, given, serves ? SERVES_MS : EXAMPLE_MS);
            // The end of what it says: a minified line of a bundle may stand before it.
            const said = exit === (serves ? null : 0) ? '' : stderr.slice(-1500);
            expect({ version, exit, said }).toEqual({ version, exit: serves ? null : 0, said: '' });
            if (example.output !== null) expect(stdout.trimEnd()).toBe(output.trimEnd());
          }
        },
      );
    },
  );
});
