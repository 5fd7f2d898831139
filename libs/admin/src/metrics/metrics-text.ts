import type { Family, Labels, Snapshot } from './snapshot.ts';

/** A way to write metrics, with the media type that it is sent as. */
interface Dialect {
  readonly contentType: string;
  write(snapshot: Snapshot): string;
}

/** OpenMetrics 1.0: a family has the bare name, units have a line, and the end is marked, so that a cut text is seen. */
export const OPEN_METRICS: Dialect = {
  contentType: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  write: ({ families }) => `${families.map(openFamily).join('')}# EOF\n`,
};

/** The older text format of Prometheus: a family has the name of its samples, and there are no units and no infos. */
export const PROMETHEUS_TEXT: Dialect = {
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
  write: ({ families }) => families.map(plainFamily).join(''),
};

/** Returns the dialect that a scraper asks for. Readers that name none, such as people with curl, get the plain text. */
export function dialectFor(accept: string): Dialect {
  return accept.includes('application/openmetrics-text') ? OPEN_METRICS : PROMETHEUS_TEXT;
}

function openFamily(family: Family): string {
  const { name, type, unit, help } = family;
  const unitLine = unit === '' ? '' : `# UNIT ${name} ${unit}\n`;
  // In OpenMetrics a quotation mark is escaped in HELP, too.
  return `# TYPE ${name} ${type}\n${unitLine}# HELP ${name} ${escaped(help)}\n${samplesOf(family)}`;
}

function plainFamily(family: Family): string {
  const { type, help } = family;
  const name = plainName(family);
  const plainType = type === 'info' ? 'gauge' : type;
  return `# HELP ${name} ${help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')}\n# TYPE ${name} ${plainType}\n${samplesOf(family)}`;
}

function plainName({ name, type }: Family): string {
  if (type === 'counter') return `${name}_total`;
  return type === 'info' ? `${name}_info` : name;
}

function samplesOf({ name, samples }: Family): string {
  let text = '';
  for (const { suffix, labels, value } of samples) {
    text += `${name}${suffix}${labelsOf(labels)} ${numberOf(value)}\n`;
  }
  return text;
}

function labelsOf(labels: Labels): string {
  let text = '';
  for (const [name, value] of Object.entries(labels)) {
    text += `${text === '' ? '{' : ','}${name}="${escaped(value)}"`;
  }
  return text === '' ? '' : `${text}}`;
}

function escaped(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}

function numberOf(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}
