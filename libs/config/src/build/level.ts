// The settings of one block, and those that it inherits from the blocks around it.

import type { Position, Source } from '../diagnostics/position.ts';
import { present } from '../diagnostics/present.ts';
import type { Context, Row } from '../directives/row.ts';
import type { TypeEntry } from '../directives/structure.ts';
import { type DirectiveName, rowOf, type ValueOf } from '../directives/table.ts';
import { readValue } from '../directives/values/values.ts';
import type { AccessRule } from '../model/access.ts';
import type { Origin } from '../model/types.ts';
import type { Directive } from '../syntax/directive.ts';

/** A directive that has passed validation, with its value. */
export interface Setting<T = unknown> {
  readonly directive: Directive;
  readonly row: Row;
  readonly value: T;
  /** Made when it is first needed. */
  origin: Origin | null;
}

/** A value in force on a level, with the setting that it comes from. A default comes from none. */
export interface Resolved<T> {
  readonly value: T;
  readonly origin: Origin;
  readonly setting: Setting<T> | null;
  readonly level: Level | null;
}

const NO_SETTINGS: readonly Setting[] = [];
const NO_RULES: readonly Setting<readonly AccessRule[]>[] = [];
const NO_LEVELS: readonly Level[] = [];

/**
 * The settings of one block. Only validate.ts adds settings, each with the value that its row has read. The casts
 * from a name to the type of its value rely on that.
 */
export class Level {
  readonly context: Context;
  readonly parent: Level | null;
  /** The directive that opened it. Null for the main level. */
  readonly opener: Setting | null;
  /** What the blocks inside it ask for again and again. Only the main level has it. */
  readonly #resolved: Map<DirectiveName, Resolved<unknown> | null> | null;
  /** Most blocks have none. */
  #children: Map<string, Level[]> | null = null;
  readonly #settings = new Map<string, Setting[]>();
  #rules: Setting<readonly AccessRule[]>[] | null = null;
  /** Whether something in this block could not be read. Then a missing setting is perhaps not missing. */
  damaged = false;

  constructor(context: Context, parent: Level | null, opener: Setting | null) {
    this.context = context;
    this.parent = parent;
    this.opener = opener;
    this.#resolved = parent === null ? new Map() : null;
  }

  /** True for a block without anything in it. */
  get isEmpty(): boolean {
    return this.#settings.size === 0 && this.#children === null;
  }

  /** The directive that opened this block. The main level has none. */
  get opening(): Setting {
    return present(this.opener, 'the directive that opens this block');
  }

  /** The same, with the type of its value. */
  openedBy<N extends DirectiveName>(name: N): Setting<ValueOf<N>> {
    if (this.opening.row.name !== name) throw new Error(`this is no block of ${name}`);
    return this.opening as Setting<ValueOf<N>>;
  }

  /** The enclosing block. The main level has none. */
  get outer(): Level {
    return present(this.parent, 'the block around this one');
  }

  add(setting: Setting): void {
    const name = setting.row.name;
    const list = this.#settings.get(name);
    if (list === undefined) this.#settings.set(name, [setting]);
    else list.push(setting);
    if (name !== 'allow' && name !== 'deny') return;
    this.#rules ??= [];
    this.#rules.push(setting as Setting<AccessRule[]>);
  }

  /** The rules of access, which stand under two names and whose order counts. */
  get rules(): readonly Setting<readonly AccessRule[]>[] {
    return this.#rules ?? NO_RULES;
  }

  /** Whether this block sets a name. */
  sets(name: DirectiveName): boolean {
    return this.#settings.has(name);
  }

  /** Returns every setting of a name in this block. */
  all<N extends DirectiveName>(name: N): readonly Setting<ValueOf<N>>[] {
    return (this.#settings.get(name) ?? NO_SETTINGS) as Setting<ValueOf<N>>[];
  }

  /** Returns the setting of a name in this block, or null. */
  own<N extends DirectiveName>(name: N): Setting<ValueOf<N>> | null {
    return this.all(name)[0] ?? null;
  }

  /** Yields every setting in this block, in no particular order of names. */
  *settings(): Iterable<Setting> {
    for (const list of this.#settings.values()) yield* list;
  }

  addChild(child: Level): void {
    const name = child.opening.row.name;
    this.#children ??= new Map();
    const list = this.#children.get(name);
    if (list === undefined) this.#children.set(name, [child]);
    else list.push(child);
  }

  /** Returns the entries of a `types` block. They have one row for all their names. */
  entries(): readonly Setting<TypeEntry>[] {
    return [...this.settings()] as Setting<TypeEntry>[];
  }

  childrenOf(name: DirectiveName): readonly Level[] {
    return this.#children?.get(name) ?? NO_LEVELS;
  }

  /** Returns the value in force: of this block, or of the nearest block around it, or the default, or null. */
  resolve<N extends DirectiveName>(name: N): Resolved<ValueOf<N>> | null {
    const known = this.#resolved?.get(name);
    if (known !== undefined) return known as Resolved<ValueOf<N>> | null;
    const resolved = this.#resolve(name);
    this.#resolved?.set(name, resolved);
    return resolved;
  }

  #resolve<N extends DirectiveName>(name: N): Resolved<ValueOf<N>> | null {
    const setting = this.own(name);
    if (setting !== null) {
      return { value: setting.value, origin: originOf(setting, this), setting, level: this };
    }
    return this.parent !== null && rowOf(name).inherits ? this.parent.resolve(name) : defaultOf(name);
  }

  /** Does the same for a directive that has a default. */
  settle<N extends DirectiveName>(name: N): Resolved<ValueOf<N>> {
    const resolved = this.resolve(name);
    if (resolved === null) throw new Error(`directive without a default: ${name}`);
    return resolved;
  }
}

export const DEFAULT_ORIGIN: Origin = { level: 'default', at: null };

/** An origin that works out its place on demand: most places are never shown. */
class WrittenOrigin implements Origin {
  readonly level: Origin['level'];
  readonly #source: Source;
  readonly #start: number;
  readonly #end: number;

  constructor(level: Origin['level'], source: Source, start: number, end: number) {
    this.level = level;
    this.#source = source;
    this.#start = start;
    this.#end = end;
  }

  get at(): Position {
    return this.#source.position(this.#start, this.#end);
  }
}

/** Returns the origin of a setting, the same object each time. */
export function originOf(setting: Setting, level: Level): Origin {
  if (setting.origin === null) {
    const { source, name, args } = setting.directive;
    const last = args.at(-1) ?? name;
    if (level.context === 'types') throw new Error('an entry of `types` has no origin of its own');
    setting.origin = new WrittenOrigin(level.context, source, name.start, last.end);
  }
  return setting.origin;
}

/** Of all configs: a default depends on nothing but its row. */
const resolvedDefaults = new Map<DirectiveName, Resolved<unknown> | null>();

/** Returns what is in force where no block sets a directive, or null. */
export function defaultOf<N extends DirectiveName>(name: N): Resolved<ValueOf<N>> | null {
  const known = resolvedDefaults.get(name);
  if (known !== undefined) return known as Resolved<ValueOf<N>> | null;
  const row = rowOf(name);
  const resolved =
    row.default === null
      ? null
      : { value: defaultValue(row), origin: DEFAULT_ORIGIN, setting: null, level: null };
  resolvedDefaults.set(name, resolved);
  return resolved;
}

const defaults = new Map<Row, unknown>();

/** Reads the default of a row in the same way as a user's text. */
export function defaultValue<T>(row: Row<T>): T {
  const known = defaults.get(row);
  if (known !== undefined) return known as T;
  const read = readValue(
    row.value,
    present(row.default, `the default of ${row.name}`).split(' '),
    row.expects,
  );
  if (!read.ok) throw new Error(`default of ${row.name} cannot be read: ${row.default}`);
  defaults.set(row, read.value);
  return read.value;
}
