import type { Problems } from '../../diagnostics/diagnostic.ts';
import type { ErrorWords } from '../../directives/answers/errors.ts';
import { absolutePath } from '../../disk/path.ts';
import { ITSELF, runsItself } from '../../model/cgi-rules.ts';
import type { Runner } from '../../model/runner.ts';
import type { Location, Scope } from '../../model/types.ts';
import { wordSpan } from '../../syntax/directive.ts';
import type { Need } from '../claim.ts';
import type { Built, Surroundings } from '../draft.ts';
import { type Level, originOf } from '../level.ts';
import type { LevelReader } from '../level-reader.ts';
import { ruleFor } from '../mount.ts';

type Errors = Scope['errors'];

const NONE: Errors = new Map();

/** Returns what answers errors on a level: by its own settings, and by those of the block around that it does not replace. */
export function buildErrors(reader: LevelReader, level: Level = reader.level): Errors {
  const settings = level.all('error');
  const outer = level.parent === null ? NONE : buildErrors(reader, level.parent);
  if (settings.length === 0) return outer;
  const errors = new Map(outer);
  for (const setting of settings) {
    const { folder } = setting.directive.source;
    for (const { code, file, script } of setting.value) {
      const answer =
        file === null ? null : { file: absolutePath(folder, file), script: script ? ITSELF : null };
      errors.set(code, answer);
      reader.mark(`error ${code}`, originOf(setting, level));
    }
  }
  return errors;
}

/** Works out what runs the scripts of errors, once all locations of a server are there, and claims their files. */
export function settleErrors(
  server: Level,
  locations: readonly Built<Location>[],
  around: Surroundings,
): void {
  const values = locations.map(({ value }) => value);
  for (const value of values) {
    if (![...value.errors.values()].some((answer) => answer?.script)) continue;
    // The object has just been built, and nobody else has it.
    (value as { errors: Errors }).errors = withRunners(value, values);
  }
  for (const level of [server, ...locations.map((location) => location.level)]) {
    refuseTwice(level, around.problems);
    const inside = locations.filter((each) => level === server || each.level === level);
    claimFiles(
      level,
      inside.map((each) => each.value),
      around,
    );
  }
}

function withRunners(location: Location, locations: readonly Location[]): Errors {
  const errors = new Map(location.errors);
  for (const [code, answer] of errors) {
    if (answer?.script) errors.set(code, { ...answer, script: runnerFor(answer.file, location, locations) });
  }
  return errors;
}

/**
 * Returns what runs the script of an error: a rule of its location for its extension, otherwise one of the first location
 * of the server that has one, otherwise the script itself.
 */
function runnerFor(file: string, location: Location, locations: readonly Location[]): Runner {
  const own = runnerIn(location, file);
  if (own !== null) return own;
  for (const other of locations) {
    const rule = other.application === null ? runnerIn(other, file) : null;
    if (rule !== null) return rule;
  }
  return ITSELF;
}

function runnerIn({ application, mount, cgi }: Location, file: string): Runner | null {
  if (application !== null) return { interpreter: '', application };
  const mounted = mount !== null && mount.ext !== '' && file.toLowerCase().endsWith(mount.ext.toLowerCase());
  const rule = mounted ? mount : ruleFor(cgi, file);
  return rule === null ? null : { interpreter: rule.interpreter, application: rule.application };
}

/** @param inside the locations in which the settings of the level may be in force */
function claimFiles(level: Level, inside: readonly Location[], { claims }: Surroundings): void {
  for (const { directive, value } of level.all('error')) {
    for (const { code, file, script, index } of value) {
      if (file === null) continue;
      const path = absolutePath(directive.source.folder, file);
      const answers = inside.flatMap(({ errors }) => errors.get(code) ?? []);
      const runners = answers.flatMap((answer) => (answer.file === path && answer.script) || []);
      const need = script ? needOf(runners) : 'file';
      if (need !== null) claims.push({ need, path, at: wordSpan(directive, index) });
    }
  }
}

/** Returns what a script must be for what runs it. An application may see other folders than this process. */
function needOf(runners: readonly Runner[]): Need | null {
  if (runners.some(runsItself)) return 'program';
  return runners.length === 0 || runners.some(({ application }) => application === null) ? 'file' : null;
}

function refuseTwice(level: Level, problems: Problems): void {
  const seen = new Set<number>();
  for (const { directive, value } of level.all('error')) {
    for (const words of value) {
      const message = `the page for ${words.code} is already set`;
      if (seen.has(words.code))
        problems.error('duplicate-value', wordSpan(directive, codeIndex(words)), message);
      seen.add(words.code);
    }
  }
}

/** Returns the place of the code among the words. */
function codeIndex({ file, script, index }: ErrorWords): number {
  if (file === null) return index;
  return script ? index - 2 : index - 1;
}
