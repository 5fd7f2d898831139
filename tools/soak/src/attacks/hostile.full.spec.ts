import { join } from 'node:path';
import { buildHost } from '../server.ts';
import { streams } from './play/streams.ts';
import { tryAttack } from './trial.ts';

const SOURCES = join(__dirname, '..');
/** Bytes over idle. A run on a busy machine took 100 MiB. */
const MEMORY = 200 * 2 ** 20;
const PATIENCE = 120_000;

// Needs Linux: the figures come from /proc.
(process.platform === 'linux' ? describe : describe.skip)('1,000 hostile connections of HTTP/2', () => {
  // koffi is found from below the workspace alone.
  const folder = join(SOURCES, '../dist/test');

  it.each(streams)(
    '$name: memory stays bounded, everybody else is answered, and the server stops as it should',
    async (attack) => {
      const programs = {
        host: await buildHost(join(SOURCES, 'host.ts'), folder),
        bystander: await buildHost(join(SOURCES, 'attacks/bystander.ts'), folder, 'bystander'),
      };
      const { alone, beside, end } = await tryAttack({ ...attack, seconds: 8 }, programs, 'auto');
      expect(beside.resident - alone.resident).toBeLessThan(MEMORY);
      expect(beside.answers).toBeGreaterThan(0);
      expect([beside.failures, end]).toEqual([0, '0']);
    },
    PATIENCE,
  );
});
