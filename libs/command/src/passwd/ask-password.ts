import type { ReadStream } from 'node:tty';
import { PASSWORD_MAX } from '@webserv/accounts';
import { CommandError } from '../command-error.ts';

/** Where words come from: a terminal, a pipe or a file. */
export type Input = NodeJS.ReadableStream & Partial<Pick<ReadStream, 'isTTY' | 'setRawMode'>>;
/** Where a person reads what is asked. */
export type Output = Pick<NodeJS.WritableStream, 'write'>;

/** Keys that a terminal sends as they are in its raw mode: ^C and ^D, the two of backspace, and ^U. */
const CANCEL = new Set(['\u0003', '\u0004']);
const ERASE = new Set(['\u007f', '\b']);
const ERASE_LINE = '\u0015';

/**
 * Asks for a new password: twice and without showing it on a terminal. Otherwise it is the first line that comes.
 * @throws CommandError if there is none
 */
export async function askPassword(user: string, input: Input, output: Output): Promise<string> {
  if (input.isTTY !== true) return firstLine(input);
  const [first = '', again] = await hidden([`password of ${user}: `, 'the same again: '], input, output);
  if (first !== again) throw new CommandError('the two passwords differ: try again');
  return first;
}

async function firstLine(input: Input): Promise<string> {
  let text = '';
  input.setEncoding('utf8');
  try {
    for await (const piece of input) {
      text += String(piece);
      // What is longer is refused, however long it is.
      if (text.includes('\n') || text.length > PASSWORD_MAX + '\r'.length) break;
    }
  } catch (error) {
    throw new CommandError(`no password can be read from the standard input: ${(error as Error).message}`);
  }
  return text.split('\n', 1)[0]?.replace(/\r$/, '') ?? '';
}

/** Reads a line for each question from a terminal, which shows nothing of them. */
function hidden(questions: readonly string[], input: Input, output: Output): Promise<readonly string[]> {
  // What is typed as soon as the question is there is not shown either.
  input.setRawMode?.(true);
  output.write(questions[0] ?? '');
  input.setEncoding('utf8');
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    let typed: string[] = [];
    const over = (): void => {
      input.off('data', read).off('end', giveUp).off('error', giveUp);
      input.setRawMode?.(false);
      input.pause();
    };
    const giveUp = (): void => {
      output.write('\n');
      over();
      reject(new CommandError('given up: there is no password'));
    };
    // What is pasted comes at once, and may hold all lines.
    const read = (keys: string): void => {
      for (const key of keys) {
        if (CANCEL.has(key)) {
          giveUp();
          return;
        }
        if (ERASE.has(key)) typed.pop();
        else if (key === ERASE_LINE) typed = [];
        else if (key !== '\r' && key !== '\n') typed.push(key);
        else {
          lines.push(typed.join(''));
          typed = [];
          output.write(`\n${questions[lines.length] ?? ''}`);
          if (lines.length < questions.length) continue;
          over();
          resolve(lines);
          return;
        }
      }
    };
    // A terminal that goes away ends, or fails.
    input.on('data', read).on('end', giveUp).on('error', giveUp);
    input.resume();
  });
}
