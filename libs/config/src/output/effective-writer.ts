import type { DirectiveName } from '../directives/table.ts';
import type { Origin, Origins } from '../model/types.ts';

/** One directive in force, and where its value comes from. */
export interface InForce {
  /** As a config writes it: `root /srv/site;` */
  readonly text: string;
  readonly name: string;
  readonly origin: Origin;
}

/** Collects the lines of a config in force. */
export class Writer {
  readonly #defaults: boolean;
  /** Called with each directive that acts, under its key. */
  readonly hear: (key: string, each: InForce) => void;
  text = '';
  #indent = '';

  constructor(defaults: boolean, hear: (key: string, each: InForce) => void = () => {}) {
    this.#defaults = defaults;
    this.hear = hear;
  }

  line(text: string): void {
    if (text !== '') this.text += `${this.#indent}${text}\n`;
    else if (!this.text.endsWith('{\n')) this.text += '\n';
  }

  open(text: string): void {
    this.line(`${text} {`);
    this.#indent += '  ';
  }

  close(): void {
    this.#indent = this.#indent.slice(2);
    this.line('}');
  }

  /**
   * Writes one directive and its origin. It is a comment if it would have no effect, or be wrong, as this block's
   * own.
   */
  value(name: DirectiveName, args: string, origins: Origins, acts = true, key: string = name): void {
    const origin = origins.get(key);
    if (origin === undefined || (origin.level === 'default' && !this.#defaults)) return;
    if (acts) this.hear(key, { text: `${name} ${args};`, name, origin });
    this.line(
      `${`${acts ? '' : '# '}${name} ${args};`.padEnd(52 - this.#indent.length)} # ${source(origin)}`,
    );
  }
}

export function source(origin: Origin): string {
  if (origin.at === null) return 'default';
  const { file, line, column } = origin.at;
  return `${origin.level}, ${clean(file)}:${line}:${column}`;
}

/** A file's name must not end the comment that holds it. */
export function clean(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
