/** One bar: a name and a figure. `strong` marks our own. */
interface Bar {
  readonly name: string;
  readonly value: number;
  readonly strong: boolean;
}

const WIDTH = 720;
const LABEL = 150;
const FIGURE = 70;
const ROW = 26;
const HEAD = 48;

/** Draws horizontal bars in the order given, as an SVG for light and dark pages. */
export function chart(title: string, bars: readonly Bar[], show: (value: number) => string): string {
  const greatest = Math.max(...bars.map(({ value }) => value));
  const height = HEAD + bars.length * ROW + 8;
  const rows = bars.map(({ name, value, strong }, index) => {
    const y = HEAD + index * ROW;
    const width = Math.max(1, Math.round(((WIDTH - LABEL - FIGURE) * value) / greatest));
    const middle = y + ROW / 2 + 1;
    return [
      `  <text class="name" x="${LABEL - 8}" y="${middle}">${escapeText(name)}</text>`,
      `  <rect class="${strong ? 'ours' : 'theirs'}" x="${LABEL}" y="${y + 3}" width="${width}" height="${ROW - 8}" rx="3"/>`,
      `  <text x="${LABEL + width + 8}" y="${middle}">${escapeText(show(value))}</text>`,
    ].join('\n');
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeText(title)}">
  <style>
    text { font: 13px system-ui, sans-serif; fill: #24292f; dominant-baseline: middle; }
    .title { font-weight: 600; font-size: 15px; }
    .name { text-anchor: end; }
    .ours { fill: #1a7f37; }
    .theirs { fill: #afb8c1; }
    @media (prefers-color-scheme: dark) { text { fill: #e6edf3; } .ours { fill: #3fb950; } .theirs { fill: #6e7681; } }
  </style>
  <text class="title" x="12" y="24">${escapeText(title)}</text>
${rows.join('\n')}
</svg>
`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
