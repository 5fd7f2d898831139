import { join } from 'node:path';
import { allRows, effective, loadText, report } from '@webserv/config';
import { configText, type Lines, siteFor } from './testing/layout.ts';
import { type Block, Place, type Probe } from './testing/probe.ts';
import { PROBES } from './testing/probes.ts';

/**
 * Whatever a directive says it may stand in, it acts there: for each row of the table of directives, in each block that
 * the row names, by itself and over another setting in the block around, and in a server that is not the first one of
 * its address. The server has its config as a reload and a worker get it, because what is lost on that way acts no more.
 */
describe('each directive acts in each block that its row names', () => {
  const rows = allRows().map((row) => [row.name, row] as const);

  it('has a probe for each row, and none for what is no row', () => {
    expect(Object.keys(PROBES).sort()).toEqual(rows.map(([name]) => name).sort());
  });

  it.each(Object.entries(PROBES))('%s: its probe sees two settings apart', (_name, probe) => {
    if ('alone' in probe) return;
    const seen = probe.settings.map(([, each]) => JSON.stringify(each));
    expect(new Set(seen).size).toBeGreaterThanOrEqual(2);
  });

  describe.each(rows)('%s', (name, row) => {
    const probe = PROBES[name];
    if (probe === undefined) return;
    const blocks = row.contexts as readonly Block[];

    if ('alone' in probe) {
      it.each(blocks)('in %s', (block) => probe.alone(block));
      return;
    }

    describe.each(blocks)('in %s', (block) => {
      it.each(probe.settings)('%s', async (line, seen) => {
        await expectSeen(probe, { [block]: line }, [block === 'location' ? '/in' : '', seen]);
      });

      it('shows in the effective configuration', () => {
        const texts = pairOf(probe).map(([line]) => ({ [block]: line }));
        expect(new Set(effectiveOf(probe, texts)).size).toBe(2);
      });

      const around = blocks[blocks.indexOf(block) - 1];
      if (around === undefined || !row.inherits) return;
      const [[outer, seenOutside], [inner, seenInside]] = pairOf(probe);
      it(`${inner} over ${outer} in ${around}`, async () => {
        const lines = { [around]: outer, [block]: inner };
        const views: View[] =
          block === 'location'
            ? [
                ['/in', seenInside],
                ['', seenOutside],
              ]
            : [['', seenInside]];
        await expectSeen(probe, lines, ...views);
      });
    });

    if (!blocks.includes('server')) return;
    describe('in a server that is not the first on its address', () => {
      it.each(probe.settings)('%s', async (line, seen) => {
        if (!row.firstOnly) {
          await expectSeen(probe, { server: line, later: true }, ['', seen]);
          return;
        }
        expect(warningsOf(probe, { server: line, later: true })).toContain(`"${name}" has no effect`);
        expect(warningsOf(probe, { server: line })).not.toContain(`"${name}" has no effect`);
      });
    });
  });
});

type Pair = readonly [readonly [string, unknown], readonly [string, unknown]];

function pairOf(probe: Probe): Pair {
  return probe.settings.slice(0, 2) as unknown as Pair;
}

/** What is seen behind a prefix. */
type View = readonly [prefix: string, seen: unknown];

/** Observes one server through each view: what one location has answered is no answer of another. */
async function expectSeen(probe: Probe, lines: Lines, ...views: readonly View[]): Promise<void> {
  const site = siteFor(probe);
  try {
    site.startCarried(configText(probe, lines), probe.system === undefined ? {} : { system: probe.system });
    for (const [prefix, seen] of views) {
      for (let turn = 1; turn <= (probe.times ?? 2); turn++) {
        const place = new Place(site, prefix, lines.later === true ? 'later' : 'localhost', turn);
        expect(await probe.observe(place, seen)).toEqual(seen);
      }
    }
  } finally {
    await site.close();
  }
}

/** What `-T` prints with each of the lines. */
function effectiveOf(probe: Probe, each: readonly Lines[]): string[] {
  const site = siteFor(probe);
  try {
    return each.map((lines) => {
      const result = loadText(configText(probe, lines), join(site.folder, 'site.conf'));
      if (!result.ok) throw new Error(report(result.diagnostics));
      return effective(result.config);
    });
  } finally {
    void site.close();
  }
}

function warningsOf(probe: Probe, lines: Lines): string {
  const site = siteFor(probe);
  try {
    const result = loadText(configText(probe, lines), join(site.folder, 'site.conf'));
    if (!result.ok) throw new Error(report(result.diagnostics));
    return report(result.warnings);
  } finally {
    void site.close();
  }
}
