import type { Disk } from './disk/disk.ts';
import { memoryDisk } from './disk/memory-disk.ts';
import { loadText } from './load.ts';

describe('loadText', () => {
  it('takes time in proportion to the length of a config', () => {
    const disk = memoryDisk({ '/srv/': {}, '/srv/index.html': '' });
    const short = bestTime(configOf(111), disk);
    const long = bestTime(configOf(1111), disk);
    // The bounds leave room: a step that grows with the square would take 100 times as long.
    expect(long / short).toBeLessThan(40);
    expect(long).toBeLessThan(1000);
  });
});

/** Nine lines for each location. */
function configOf(locations: number): string {
  let text = 'server {\n  location / { root /srv; }\n';
  for (let index = 0; index < locations; index += 1) {
    text += `  location /l${index} {\n    root /srv;\n    method GET POST;\n    body_size 10m;\n    upload_path /srv;\n`;
    text += '    timeout 3s;\n    auto_index off;\n    symlinks on;\n  }\n';
  }
  return `${text}}\n`;
}

function bestTime(text: string, disk: Disk): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round += 1) {
    // The time of this process, whatever else the processor does.
    const start = process.cpuUsage();
    expect(loadText(text, '/a.conf', disk).ok).toBe(true);
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}
