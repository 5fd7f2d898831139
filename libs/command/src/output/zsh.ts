import type { Kind, OptionRow } from '../table/row.ts';
import { SHOWN } from '../table/subcommands.ts';

/** Returns the completions of zsh. */
export function zshText(options: readonly OptionRow[]): string {
  return `#compdef webserv
# Completions of webserv for zsh: store this file as _webserv in a folder of $fpath.
_webserv_first() {
  local -a commands
  commands=(
${SHOWN.map(({ name, help }) => `    '${name}:${quoted(colons(help))}'`).join('\n')}
  )
  _describe command commands
  _files
}
_webserv() {
  if (( CURRENT > 2 )); then
    case $words[2] in
${SHOWN.map(arm).join('\n')}
    esac
  fi
  _arguments -s \\
${options.map((row) => `    ${argument(row)} \\`).join('\n')}
    '1:folder, file or command:_webserv_first' \\
    '*:file:_files'
}
if [ "$funcstack[1]" = _webserv ]; then
  _webserv "$@"
else
  compdef _webserv webserv
fi
`;
}

function arm({ name, kind, options }: (typeof SHOWN)[number]): string {
  const own = options.map(argument).join(' ');
  const rest = typeof kind !== 'string' && kind.length > 0 ? ` '1: :(${kind.join(' ')})'` : '';
  return `      ${name})
        shift words
        (( CURRENT-- ))
        _arguments -s ${own}${rest}
        return
        ;;`;
}

function argument({ name, short, value, help }: OptionRow): string {
  const text = `[${quoted(help).replaceAll(/[[\]]/g, '\\$&')}]`;
  const optional = value?.optional === true;
  const after = value === undefined ? '' : `${optional ? '::' : ':'}${value.name}:${action(value.kind)}`;
  const long = `--${name}${value === undefined ? '' : optional ? '=-' : '='}`;
  if (short === undefined) return `'${long}${text}${after}'`;
  const alike = `(-${short} --${name})`;
  return `'${alike}'{-${short}${value === undefined ? '' : '+'},${long}}'${text}${after}'`;
}

function action(kind: Kind): string {
  if (kind === 'any') return ' ';
  if (typeof kind !== 'string') return `(${kind.join(' ')})`;
  return kind === 'folder' ? '_files -/' : '_files';
}

function colons(text: string): string {
  return text.replaceAll(':', '\\:');
}

function quoted(text: string): string {
  return text.replaceAll("'", "'\\''");
}
