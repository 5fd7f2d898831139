import type { AccessLogWords } from '../directives/logs.ts';
import type { DirectiveName, ValueOf } from '../directives/table.ts';
import { absolutePath } from '../disk/path.ts';
import type { AccessRule } from '../model/access.ts';
import type { ErrorLogTarget, Origin, Origins, Timeouts } from '../model/types.ts';
import { LayeredOrigins } from './layered-origins.ts';
import { type Level, originOf, type Resolved } from './level.ts';
import { logPlace } from './log-place.ts';

const NO_RULES: readonly AccessRule[] = [];

/** Takes values from a level, and collects their origins. */
export class LevelReader {
  readonly #level: Level;
  readonly #origins: LayeredOrigins;

  /** @param around the origins of the block around, which are not stored again */
  constructor(level: Level, around: Origins | null = null) {
    this.#level = level;
    this.#origins = new LayeredOrigins(around);
  }

  /** The block that the values are taken from. */
  get level(): Level {
    return this.#level;
  }

  get origins(): Origins {
    return this.#origins;
  }

  /** Whether the block sets one of these directives. */
  sets(names: readonly DirectiveName[]): boolean {
    return names.some((name) => this.#level.sets(name));
  }

  /**
   * Takes the value in force of a directive that has a default.
   * @param around the value of the block around, if its origins are those around. It holds if this block does not set it: most
   *   blocks set little, so the rest need not be looked for in the blocks around
   */
  take<N extends DirectiveName>(name: N, around?: ValueOf<N>): ValueOf<N> {
    if (around !== undefined && !this.#level.sets(name)) return around;
    return this.#note(name, this.#level.settle(name)).value;
  }

  /** Does the same for a directive that may have no value. */
  takeIfAny<N extends DirectiveName>(name: N): Resolved<ValueOf<N>> | null {
    const resolved = this.#level.resolve(name);
    return resolved === null ? null : this.#note(name, resolved);
  }

  mark(key: string, origin: Origin): void {
    this.#origins.set(key, origin);
  }

  /** Takes a log, and makes its path absolute. Null is off. */
  log(name: 'access_log'): AccessLogWords | null;
  log(name: 'error_log'): ErrorLogTarget | null;
  log(name: 'access_log' | 'error_log'): AccessLogWords | ErrorLogTarget | null {
    const { value, setting } = this.#note(name, this.#level.settle(name));
    if (value === null || setting === null) return value;
    return { ...value, ...logPlace(value, setting.directive.source.folder) };
  }

  /** Takes the path of a file, and makes it absolute. '' is off. */
  file(name: 'auto_index_theme'): string {
    const { value, setting } = this.#note(name, this.#level.settle(name));
    return value === '' || setting === null ? '' : absolutePath(setting.directive.source.folder, value);
  }

  /** Takes the rules of access: those of the nearest level that has any. */
  access(): readonly AccessRule[] {
    for (let level: Level | null = this.#level; level !== null; level = level.parent) {
      const [first] = level.rules;
      if (first === undefined) continue;
      this.mark('allow', originOf(first, level));
      return level.rules.flatMap(({ value }) => value);
    }
    return NO_RULES;
  }

  /**
   * Takes the five times. On each level the own directive of a time wins over `timeout`. A nearer level wins over
   * both.
   */
  timeouts(): Timeouts {
    return {
      // While the head arrives, its location is not known.
      header: this.#time(
        'header_timeout',
        this.#level.context === 'location' ? this.#level.outer : this.#level,
      ),
      body: this.#time('body_timeout', this.#level),
      send: this.#time('send_timeout', this.#level),
      keepAlive: this.#time('keepalive_timeout', this.#level),
      cgi: this.#time('cgi_timeout', this.#level),
    };
  }

  #time(name: TimeName, from: Level): number {
    for (let level: Level | null = from; level !== null; level = level.parent) {
      const setting = level.own(name) ?? level.own('timeout');
      if (setting === null) continue;
      this.mark(name, originOf(setting, level));
      return setting.value;
    }
    return this.#note(name, this.#level.settle(name)).value;
  }

  #note<T>(name: DirectiveName, resolved: Resolved<T>): Resolved<T> {
    this.#origins.set(name, resolved.origin);
    return resolved;
  }
}

type TimeName = 'header_timeout' | 'body_timeout' | 'send_timeout' | 'keepalive_timeout' | 'cgi_timeout';
