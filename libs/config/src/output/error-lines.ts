import type { ErrorAnswer } from '../model/error-answer.ts';
import type { Origins, Scope } from '../model/types.ts';
import { word } from '../syntax/print.ts';
import type { Writer } from './effective-writer.ts';

/** Writes what answers the errors of a block. */
export function writeErrors(out: Writer, errors: Scope['errors'], origins: Origins): void {
  for (const [code, answer] of errors)
    out.value('error', errorText(code, answer), origins, true, `error ${code}`);
}

function errorText(code: number, answer: ErrorAnswer | null): string {
  if (answer === null) return `-${code}`;
  return `${code} ${answer.script === null ? '' : 'script '}${word(answer.file)}`;
}
