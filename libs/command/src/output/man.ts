// The manual page, in the macros of man(7).

import { wrap } from '@webserv/config';
import { ENVIRONMENT, EXAMPLES, EXIT_CODES, type Fact, FILES, SIGNALS } from '../table/facts.ts';
import { SERVING } from '../table/options.ts';
import type { OptionRow } from '../table/row.ts';
import { SHOWN } from '../table/subcommands.ts';
import { SYNOPSES, spelledOption, spelledSubcommand } from './text.ts';

/** When the table was last changed in a way that a reader notices. */
const DATE = '2026-11-28';
/** mandoc asks for lines of at most 80 bytes. */
const WIDTH = 79;

const DESCRIPTION = [
  'webserv serves files, uploads, listings and CGI scripts by HTTP/1.1 and HTTP/2, with and without TLS.',
  'With a folder or a file it serves that at once, to this machine alone unless --host is given. A folder is listed where it has no index.html, and its names that begin with a dot are not served. A file alone answers whatever path is asked for.',
  'With -c, or if webserv.conf lies in the working directory and no folder is named, it serves what the configuration says. "webserv --directives" explains the language.',
  'A first word that is the name of a command is that command. To serve a folder of the same name, write it as ./init.',
];

/** Returns the manual page. @param version of the program */
export function manText(version: string): string {
  return [
    `.TH WEBSERV 1 ${DATE} "webserv ${version}" "User Commands"`,
    '.SH NAME',
    'webserv \\- a web server whose whole stack is TypeScript',
    '.SH SYNOPSIS',
    SYNOPSES.map((line) => `.B ${escaped(line)}`).join('\n.br\n'),
    '.SH DESCRIPTION',
    DESCRIPTION.map(line).join('\n.PP\n'),
    '.SH OPTIONS',
    ...SERVING.flatMap(({ title, options }) => [`.SS "${capital(title)}"`, ...options.map(option)]),
    '.SH COMMANDS',
    ...SHOWN.map((row) => entry(spelledSubcommand(row), row.help)),
    ...section('SIGNALS', SIGNALS),
    ...section('ENVIRONMENT', ENVIRONMENT),
    ...section('FILES', FILES),
    ...section('EXIT STATUS', EXIT_CODES),
    ...section('EXAMPLES', EXAMPLES),
    '',
  ].join('\n');
}

function section(title: string, facts: readonly Fact[]): string[] {
  return [`.SH "${title}"`, ...facts.map(([term, meaning]) => entry(term, meaning))];
}

function option(row: OptionRow): string {
  const short = row.short === undefined ? '' : `-${row.short}, `;
  return entry(short + spelledOption(row), row.help);
}

function entry(term: string, meaning: string): string {
  return `.TP\n.B ${escaped(term)}\n${line(`${capital(meaning)}.`)}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A line that began with a point or an apostrophe would be a request to the formatter. */
function line(text: string): string {
  return wrap(escaped(text), WIDTH, '', '').replace(/^(?=[.'])/gm, '\\&');
}

/** A hyphen is a minus sign, so that options can be copied. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('~', '\\(ti')
    .replaceAll('"', '\\(dq');
}
