import { ERRNO, errnoName } from '../../ffi/errno.ts';
import { Change, Interest } from '../../index.ts';
import { type Harness, type HarnessOptions, itUnless, Probe } from './harness.contract.ts';

/** Children and watched paths. */
export function systemContract(options: HarnessOptions): void {
  const { skips = {} } = options;
  let harness: Harness;
  beforeEach(() => {
    harness = options.open();
  });
  afterEach(() => harness.dispose());

  describe('children', () => {
    const cases: [string, { exit: number } | { signal: number }, number][] = [
      ['exit code 0', { exit: 0 }, 0],
      ['exit code 7', { exit: 7 }, 7],
      ['exit code 255', { exit: 255 }, 255],
      ['SIGTERM', { signal: 15 }, 256 + 15],
      ['SIGKILL', { signal: 9 }, 256 + 9],
    ];
    for (const [name, how, result] of cases) {
      itUnless(skips.children, `are told with ${name}`, async () => {
        const { pid, end } = harness.spawn(how);
        const probe = new Probe(harness.loop, -1);
        harness.loop.register(probe, Interest.READ);
        harness.loop.awaitChild(probe.input, pid);
        for (let round = 0; round < 20; round++) harness.loop.tick(0);
        expect(probe.got).toEqual([]);
        end();
        await harness.until(() => probe.got.length > 0, 'the end of the child');
        expect(probe.got).toEqual([result]);
        harness.loop.close(probe);
      });
    }

    itUnless(
      skips.children,
      'are collected when they ended before anybody waited; strangers are not',
      async () => {
        const ended = harness.spawn({ exit: 3 });
        ended.end();
        await harness.arrive();
        const probe = new Probe(harness.loop, -1);
        harness.loop.register(probe, Interest.READ);
        harness.loop.awaitChild(probe.input, ended.pid);
        await harness.until(() => probe.got.length === 1, 'the exit code');
        // Collected: nobody has such a child any more.
        harness.loop.awaitChild(probe.input, ended.pid);
        await harness.until(() => probe.got.length === 2, 'the failure');
        expect(probe.got[0]).toBe(3);
        expect(['ECHILD', 'ESRCH']).toContain(errnoName(probe.got[1] as number));
      },
    );

    itUnless(skips.children, 'can be given up, and waited for again by another udata', async () => {
      const { pid, end } = harness.spawn({ exit: 5 });
      const first = new Probe(harness.loop, -1);
      const second = new Probe(harness.loop, -1);
      harness.loop.register(first, Interest.READ);
      harness.loop.register(second, Interest.READ);
      harness.loop.awaitChild(first.input, pid);
      harness.loop.cancel(first.input);
      await harness.until(() => first.got.length === 1, 'the cancellation');
      harness.loop.awaitChild(first.input, pid);
      harness.loop.close(first);
      harness.loop.awaitChild(second.input, pid);
      end();
      await harness.until(() => second.got.length === 1, 'the exit code');
      expect(first.got).toEqual([-ERRNO.ECANCELED]);
      expect(second.got).toEqual([5]);
    });
  });

  describe('paths', () => {
    function watching(path: string): Probe {
      const probe = new Probe(harness.loop, -1);
      harness.loop.register(probe, Interest.READ);
      harness.loop.watchPath(probe.input, path);
      return probe;
    }
    const bits = (probe: Probe): number => probe.got.reduce((sum, got) => sum | got, 0);

    itUnless(skips.paths, 'tell that a file was written', async () => {
      const paths = harness.paths();
      const probe = watching(paths.file);
      paths.write();
      await harness.until(() => (bits(probe) & Change.WRITTEN) !== 0, 'WRITTEN');
      expect(probe.input.pending).toBe(true);
    });

    itUnless(skips.renames ?? skips.paths, 'tell that a file was renamed', async () => {
      const paths = harness.paths();
      const probe = watching(paths.file);
      paths.rename();
      await harness.until(() => (bits(probe) & Change.RENAMED) !== 0, 'RENAMED');
    });

    itUnless(skips.paths, 'tell that a file was removed', async () => {
      const paths = harness.paths();
      const probe = watching(paths.file);
      paths.remove();
      await harness.until(() => (bits(probe) & Change.REMOVED) !== 0, 'REMOVED');
    });

    itUnless(skips.names ?? skips.paths, 'tell the name of what changed in a folder', async () => {
      const paths = harness.paths();
      const probe = watching(paths.folder);
      paths.create('naïve ⚙');
      await harness.until(() => probe.texts.includes('naïve ⚙'), 'the name');
      expect(bits(probe) & Change.WRITTEN).not.toBe(0);
    });

    itUnless(
      skips.names ?? skips.paths,
      'tell every one of 1,500 changes that came at once, to everybody',
      async () => {
        const paths = harness.paths();
        const probes = [watching(paths.folder), watching(paths.folder), watching(paths.folder)];
        for (let index = 0; index < 1500; index++) paths.create(`entry-${index}`);
        const all = (): boolean => probes.every((probe) => new Set(probe.texts).size === 1500);
        await harness.until(all, 'every name');
      },
    );

    itUnless(skips.paths, 'are told to everybody who watches, until it is cancelled', async () => {
      const paths = harness.paths();
      const [one, two] = [watching(paths.file), watching(paths.file)];
      paths.write();
      await harness.until(() => bits(one) !== 0 && bits(two) !== 0, 'both');
      harness.loop.cancel(one.input);
      await harness.until(() => one.got.at(-1) === -ERRNO.ECANCELED, 'the cancellation');
      const before = [one.got.length, two.got.length] as const;
      paths.write();
      await harness.until(() => two.got.length > before[1], 'the other');
      expect(one.got.length).toBe(before[0]);
    });
  });

  itUnless(skips.paths, 'a path that is not there is a failure, and of that watch alone', async () => {
    if (harness.large < 8 << 20) return; // The scripted driver has no folders to look into.
    const watching = (path: string): Probe => {
      const probe = new Probe(harness.loop, -1);
      harness.loop.register(probe, Interest.READ);
      harness.loop.watchPath(probe.input, path);
      return probe;
    };
    const paths = harness.paths();
    const first = watching('/no/such/path');
    await harness.until(() => first.got.length === 1, 'the failure');
    const good = watching(paths.file);
    const last = watching('/no/such/path');
    await harness.until(() => last.got.length === 1, 'the other failure');
    paths.write();
    await harness.until(() => good.got.length > 0, 'the change');
    expect([...first.got, ...last.got].map(errnoName)).toEqual(['ENOENT', 'ENOENT']);
    expect(good.input.pending).toBe(true);
  });

  itUnless(
    skips.descriptors ?? skips.paths,
    'a watch for which no descriptor is left is a failure, and later ones are none',
    async () => {
      const paths = harness.paths();
      const probe = new Probe(harness.loop, -1);
      harness.loop.register(probe, Interest.READ);
      harness.withoutDescriptors(() => harness.loop.watchPath(probe.input, paths.file));
      if (probe.input.pending && harness.large < 8 << 20) return; // The scripted driver needs none for it.
      await harness.until(() => probe.got.length === 1, 'the failure');
      expect(probe.got.map(errnoName)).toEqual(['EMFILE']);
      harness.loop.watchPath(probe.input, paths.file);
      paths.write();
      await harness.until(() => probe.got.length > 1, 'the change');
    },
  );

  itUnless(
    skips.descriptors ?? skips.children,
    'a child for which no descriptor is left is collected, once it has ended',
    async () => {
      const { pid, end } = harness.spawn({ exit: 3 });
      const probe = new Probe(harness.loop, -1);
      harness.loop.register(probe, Interest.READ);
      const ask = (): void => harness.withoutDescriptors(() => harness.loop.awaitChild(probe.input, pid));
      ask();
      for (let round = 0; round < 20; round++) harness.loop.tick(0);
      end();
      // Where none is needed for it, it is being waited for all the while.
      const collected = (): boolean => {
        if (!probe.input.pending && probe.got.at(-1) !== 3) ask();
        return probe.got.at(-1) === 3;
      };
      await harness.until(collected, 'the exit code');
      for (const result of probe.got.slice(0, -1)) expect(errnoName(result)).toBe('EMFILE');
    },
  );
}
