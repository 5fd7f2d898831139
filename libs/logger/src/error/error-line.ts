import { isNativeError } from 'node:util/types';
import type { LogClock } from '../text/log-clock.ts';

/**
 * Characters that a reader does not see as what they are. Controls of ASCII and of latin1 could end the line or command
 * a terminal. Unicode's format characters and line ends change the direction of writing or take no room, so a line
 * could read as another one. Halves of a character are no text.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const UNSEEN_OR_MARK = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}"\\]/u;
const EACH_UNSEEN = new RegExp(UNSEEN, 'gu');
const EACH_UNSEEN_OR_MARK = new RegExp(UNSEEN_OR_MARK, 'gu');
/** A value that does not read as one word. */
const NO_WORD = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs} "=\\]/u;
/** A message that would read as one with a field in it, or as a quoted one. */
const SEEMS_FIELD = /^"|(?:^|\s)[^\s="]+=/;

function escapeOf(character: string): string {
  if (character === '"' || character === '\\') return `\\${character}`;
  if (character === '\n') return '\\n';
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
}

/** Makes unseen characters of a text visible, and if `quoted`, escapes its quotes and backslashes. */
function visible(text: string, quoted: boolean): string {
  const found = quoted ? UNSEEN_OR_MARK : UNSEEN;
  if (!found.test(text)) return text;
  return text.replace(quoted ? EACH_UNSEEN_OR_MARK : EACH_UNSEEN, escapeOf);
}

/** Quotes a message that could pass for fields of its line, such as the text that a script wrote to stderr. */
function messageText(message: string): string {
  return SEEMS_FIELD.test(message) ? `"${visible(message, true)}"` : visible(message, false);
}

/** Most characters of a value, except the traces of the server's own faults. */
const VALUE_MAX = 1024;
const WHOLE: ReadonlySet<string> = new Set(['trace', 'stack']);

/** Cuts a value, so that no client can make a line that pushes the others out. */
function cut(key: string, value: unknown): unknown {
  if (typeof value !== 'string' || value.length <= VALUE_MAX || WHOLE.has(key)) return value;
  return `${value.slice(0, VALUE_MAX)}...(${value.length})`;
}

/** Returns the value of a `key=value`, quoted if it does not read as one word. */
function valueText(value: unknown): string {
  const text = typeof value === 'string' ? value : typeof value === 'object' ? json(value) : String(value);
  if (NO_WORD.test(text)) return `"${visible(text, true)}"`;
  return text === '' ? '""' : text;
}

function json(value: unknown): string {
  try {
    return seen(JSON.stringify(value) ?? 'null');
  } catch {
    // Only a value that contains itself, or a BigInt, comes here.
    return '"[not JSON]"';
  }
}

/** Escapes what JSON.stringify leaves: unseen characters. JSON's own marks are ASCII, so each of them is in a string. */
function seen(text: string): string {
  return UNSEEN.test(text) ? text.replace(EACH_UNSEEN, jsonEscapeOf) : text;
}

function jsonEscapeOf(character: string): string {
  let units = '';
  for (let at = 0; at < character.length; at++) {
    units += `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
  }
  return units;
}

/** The record that pino passes on: the number of the level, the message, and the fields of the line. */
export interface ErrorRecord {
  readonly level: number;
  readonly msg?: string;
  readonly [field: string]: unknown;
}

function isOwn(key: string): boolean {
  return key === 'level' || key === 'msg';
}

/**
 * Returns a record in the shape of nginx's error log: `2026/11/22 10:11:12 [error] message key=value key="two words"`,
 * always one line. An Error gives its message under its key, and its stack as `stack`.
 */
export function errorText(clock: LogClock, level: string, record: ErrorRecord): string {
  clock.update();
  let line = `${clock.text} [${level}] ${messageText(record.msg ?? '')}`;
  for (const key of Object.keys(record)) {
    const value = cut(key, record[key]);
    if (isOwn(key) || value === undefined) continue;
    if (isNativeError(value)) {
      line += ` ${key}=${valueText(value.message)} stack=${valueText(value.stack ?? '')}`;
    } else line += ` ${key}=${valueText(value)}`;
  }
  return `${line}\n`;
}

function errorObject(error: Error): Record<string, unknown> {
  const { code } = error as NodeJS.ErrnoException;
  return {
    type: error.name,
    message: error.message,
    ...(code !== undefined && { code }),
    stack: error.stack,
  };
}

/** Returns the record as one JSON object: `time`, `level` (its name), `msg`, then the fields. */
export function errorJson(clock: LogClock, level: string, record: ErrorRecord): string {
  clock.update();
  let line = `{"time":"${clock.iso}","level":"${level}","msg":${json(record.msg ?? '')}`;
  for (const key of Object.keys(record)) {
    const value = cut(key, record[key]);
    if (isOwn(key) || key === 'time' || value === undefined) continue;
    line += `,${json(key)}:${json(isNativeError(value) ? errorObject(value) : value)}`;
  }
  return `${line}}\n`;
}
