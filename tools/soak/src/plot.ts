import type { Sample } from './sample.ts';
import { warmUpOf } from './verdict.ts';

interface Panel {
  readonly title: string;
  readonly of: (sample: Sample) => number;
}

const MIB = 2 ** 20;
const PANELS: readonly Panel[] = [
  { title: 'resident, MiB', of: ({ resident }) => resident / MIB },
  { title: 'heap behind a collection, MiB', of: ({ heapUsed }) => heapUsed / MIB },
  { title: 'of it objects, without compiled code, MiB', of: ({ objects }) => objects / MIB },
  { title: 'external memory, MiB', of: ({ external }) => external / MIB },
  { title: 'descriptors', of: ({ descriptors }) => descriptors },
  { title: 'connections', of: ({ connections }) => connections },
  { title: 'slots', of: ({ slots }) => slots },
  { title: 'timers', of: ({ timers }) => timers },
  { title: 'children', of: ({ children }) => children },
];

const WIDTH = 720;
const HEIGHT = 96;
const GAP = 34;
const LEFT = 60;
const RIGHT = 12;
const TOP = 44;

/** Draws the record as small multiples over one axis of time, each from zero: an SVG for a light and a dark page. */
export function plot(title: string, samples: readonly Sample[]): string {
  const seconds = Math.max(samples.at(-1)?.seconds ?? 0, 1);
  const x = (at: number): number => LEFT + ((WIDTH - LEFT - RIGHT) * at) / seconds;
  const bottom = TOP + PANELS.length * (HEIGHT + GAP);
  const panels = PANELS.map((panel, index) =>
    drawn(panel, samples, TOP + index * (HEIGHT + GAP), x, seconds),
  );
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const label =
      seconds < 300 ? `${Math.round(seconds * part)} s` : `${Math.round((seconds * part) / 60)} min`;
    return `  <text class="tick" x="${x(seconds * part).toFixed(1)}" y="${bottom}">${label}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + 16}" role="img" aria-label="${escapeText(title)}">
  <style>
    text { font: 12px system-ui, sans-serif; fill: #24292f; }
    .title { font-weight: 600; font-size: 15px; }
    .axis, .tick { fill: #57606a; }
    .axis { text-anchor: end; }
    .tick { text-anchor: middle; }
    .warm { fill: #afb8c1; opacity: 0.25; }
    .frame { stroke: #afb8c1; fill: none; }
    polyline { stroke: #1a7f37; stroke-width: 1.5; fill: none; }
    @media (prefers-color-scheme: dark) { text { fill: #e6edf3; } .axis, .tick { fill: #8d96a0; } polyline { stroke: #3fb950; } .frame { stroke: #30363d; } }
  </style>
  <text class="title" x="12" y="22">${escapeText(title)}</text>
${panels.join('\n')}
${ticks.join('\n')}
</svg>
`;
}

function drawn(
  { title, of }: Panel,
  samples: readonly Sample[],
  top: number,
  x: (at: number) => number,
  seconds: number,
): string {
  const most = Math.max(...samples.map(of), 1) * 1.1;
  const y = (value: number): string => (top + HEIGHT - (HEIGHT * value) / most).toFixed(1);
  const points = samples.map((sample) => `${x(sample.seconds).toFixed(1)},${y(of(sample))}`).join(' ');
  const last = samples.at(-1);
  return [
    `  <text x="${LEFT}" y="${top - 6}">${escapeText(title)}</text>`,
    `  <rect class="warm" x="${LEFT}" y="${top}" width="${(x(warmUpOf(seconds)) - LEFT).toFixed(1)}" height="${HEIGHT}"/>`,
    `  <rect class="frame" x="${LEFT}" y="${top}" width="${WIDTH - LEFT - RIGHT}" height="${HEIGHT}"/>`,
    `  <polyline points="${points}"/>`,
    `  <text class="axis" x="${LEFT - 6}" y="${top + 10}">${most.toFixed(most < 20 ? 1 : 0)}</text>`,
    `  <text class="axis" x="${LEFT - 6}" y="${top + HEIGHT}">${last === undefined ? '' : `now ${of(last).toFixed(of(last) < 20 ? 1 : 0)}`}</text>`,
  ].join('\n');
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
