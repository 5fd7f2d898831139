import { isNativeError } from 'node:util/types';
import type { LogClock } from './log-clock.ts';

/** Controls of ASCII and of latin1: what could end the line, or speak to a terminal. */
function isControl(code: number): boolean {
  return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

/** Text of any script with its controls (and where `quoted`, quotes and backslashes) made visible. */
function visible(text: string, quoted: boolean): string {
  let out = '';
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const mark = quoted && (code === 0x22 || code === 0x5c);
    if (!mark && !isControl(code)) continue;
    out += text.slice(from, at);
    if (mark) out += `\\${text[at]}`;
    else if (code === 0x0a) out += '\\n';
    else out += `\\x${code.toString(16).toUpperCase().padStart(2, '0')}`;
    from = at + 1;
  }
  return from === 0 ? text : out + text.slice(from);
}

/** A value of a `key=value`: quoted where it would not be read as one word. */
function valueText(value: unknown): string {
  const text = typeof value === 'string' ? value : typeof value === 'object' ? json(value) : String(value);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x20 || code === 0x22 || code === 0x3d || code === 0x5c || isControl(code)) {
      return `"${visible(text, true)}"`;
    }
  }
  return text === '' ? '""' : text;
}

function json(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch {
    // Only what contains itself, or a BigInt, comes here.
    return '"[not JSON]"';
  }
}

/** What pino hands over: the number of the level, the message, and the fields of the line. */
export interface ErrorRecord {
  readonly level: number;
  readonly msg?: string;
  readonly [field: string]: unknown;
}

function isOwn(key: string): boolean {
  return key === 'level' || key === 'msg';
}

/**
 * As nginx writes its error log: `2026/11/22 10:11:12 [error] message key=value key="two words"`, always one line. An
 * Error gives its message under its key, and its stack as `stack`.
 */
export function errorText(clock: LogClock, level: string, record: ErrorRecord): string {
  clock.update();
  let line = `${clock.text} [${level}] ${visible(record.msg ?? '', false)}`;
  for (const key of Object.keys(record)) {
    const value = record[key];
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

/** The same as one JSON object: `time`, `level` (its name), `msg`, then the fields. */
export function errorJson(clock: LogClock, level: string, record: ErrorRecord): string {
  clock.update();
  let line = `{"time":"${clock.iso}","level":"${level}","msg":${JSON.stringify(record.msg ?? '')}`;
  for (const key of Object.keys(record)) {
    const value = record[key];
    if (isOwn(key) || key === 'time' || value === undefined) continue;
    line += `,${JSON.stringify(key)}:${json(isNativeError(value) ? errorObject(value) : value)}`;
  }
  return `${line}}\n`;
}
