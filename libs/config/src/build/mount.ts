import { quoted } from '../diagnostics/diagnostic.ts';
import { absolutePath } from '../disk/path.ts';
import { cgiKey, ITSELF, runsItself } from '../model/cgi-rules.ts';
import type { Application, CgiRule, Mount } from '../model/types.ts';
import { wordSpan } from '../syntax/directive.ts';
import type { Surroundings } from './draft.ts';
import { type Level, originOf } from './level.ts';
import type { LevelReader } from './level-reader.ts';

/**
 * Builds what `script` says, and replaces the rules of its location by one: the script is never sent, and nothing else is
 * run or sent there.
 * @param rules decide who runs the script
 * @param application answers for every file; null if there is none
 */
export function buildMount(
  level: Level,
  rules: CgiRule[],
  application: Application | null,
  reader: LevelReader,
  { claims, problems }: Surroundings,
): Mount | null {
  const setting = level.own('script');
  if (setting === null) return null;
  const { directive, value: name } = setting;
  const file = absolutePath(directive.source.folder, name);
  const rule = application === null ? ruleFor(rules, file) : null;
  const ext = rule === null ? '' : rule.ext;
  const { interpreter, application: own } = rule ?? ITSELF;
  const runner = { interpreter, application: application ?? own };
  reader.mark('script', originOf(setting, level));
  // An application may see other folders than this process.
  if (runner.application === null) {
    claims.push({ need: runsItself(runner) ? 'program' : 'file', path: file, at: wordSpan(directive, 0) });
  }
  for (const other of level.all('cgi')) {
    if (rule !== null && own === null && cgiKey(other.value) === ext) continue;
    const message = `${quoted(`cgi ${cgiKey(other.value)}`)} has no effect: "script" answers every request here`;
    problems.warn('never-effective', wordSpan(other.directive, -1), message);
  }
  for (const other of level.all('fastcgi')) {
    const { extensions } = other.value;
    if (runner.application !== null && (extensions.length === 0 || extensions.includes(ext))) continue;
    const message = '"fastcgi" has no effect: "script" answers every request here';
    problems.warn('never-effective', wordSpan(other.directive, -1), message);
  }
  rules.splice(0, rules.length, { kind: 'script', name: file, path: file });
  return { file, ext, interpreter: runner.interpreter, application: runner.application };
}

/** Returns the rule of `cgi .EXT INTERPRETER` or `fastcgi ADDRESS .EXT` that runs a file; null if it runs by itself. */
export function ruleFor(
  rules: readonly CgiRule[],
  file: string,
): Extract<CgiRule, { kind: 'extension' }> | null {
  const lower = file.toLowerCase();
  for (const rule of rules) {
    if (rule.kind === 'extension' && !runsItself(rule) && lower.endsWith(rule.ext.toLowerCase())) return rule;
  }
  return null;
}
