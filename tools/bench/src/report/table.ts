/** Rows as aligned text, figures to the right and the columns in `words` to the left; the first row is the head. */
export function table(rows: readonly (readonly string[])[], words: readonly number[] = [0]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    widths
      .map((width, column) => {
        const cell = row[column] ?? '';
        return words.includes(column) ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '));
  return `${lines.join('\n')}\n`;
}

/** The same rows as a table of Markdown. */
export function markdown(rows: readonly (readonly string[])[], words: readonly number[] = [0]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('<', '&lt;')).join(' | ')} |`;
  const [head = [], ...body] = rows;
  const rule = head.map((_, column) => (words.includes(column) ? '---' : '--:'));
  return [line(head), line(rule), ...body.map(line)].join('\n');
}

/** A figure with about three digits; a dash for what was not measured. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en');
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}
