import type { Kind, OptionRow } from '../table/row.ts';
import { SHOWN } from '../table/subcommands.ts';

/** Returns the completions of bash. */
export function bashText(options: readonly OptionRow[]): string {
  const subcommands = SHOWN.map(({ name }) => name).join(' ');
  return `# Completions of webserv for bash: source this file, or store it as webserv in the folder of bash-completion.
_webserv() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  if [ "$COMP_CWORD" -gt 1 ]; then
    case \${COMP_WORDS[1]} in
${SHOWN.map(({ name, kind, options: own }) => arm(name, [...words(kind), ...own.map(long)])).join('\n')}
    esac
  fi
  # bash gives "--upload=x" as three words, because = separates words.
  if [ "$cur" = "=" ]; then
    cur=
  elif [ "$prev" = "=" ]; then
    prev=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  case $prev in
${options.flatMap(value).join('\n')}
  esac
  case $cur in
    -*)
      mapfile -t COMPREPLY < <(compgen -W '${options.map(long).join(' ')}' -- "$cur")
      ;;
    *)
      if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W '${subcommands}' -- "$cur"; compgen -f -- "$cur")
      else
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      fi
      compopt -o filenames
      ;;
  esac
}
complete -F _webserv webserv
`;
}

const long = ({ name }: OptionRow): string => `--${name}`;

function words(kind: Kind): readonly string[] {
  return typeof kind === 'string' ? [] : kind;
}

function arm(name: string, choices: readonly string[]): string {
  return `      ${name})
        mapfile -t COMPREPLY < <(compgen -W '${choices.join(' ')}' -- "$cur")
        return
        ;;`;
}

/** What follows an option with a value. */
function value({ name, short, value: given }: OptionRow): string[] {
  if (given === undefined || given.optional === true) return [];
  const names = short === undefined ? `--${name}` : `-${short} | --${name}`;
  return [
    `    ${names})
      ${replies(given.kind)}
      return
      ;;`,
  ];
}

function replies(kind: Kind): string {
  if (kind === 'any') return 'COMPREPLY=()';
  if (typeof kind !== 'string') return `mapfile -t COMPREPLY < <(compgen -W '${kind.join(' ')}' -- "$cur")`;
  return `mapfile -t COMPREPLY < <(compgen -${kind === 'folder' ? 'd' : 'f'} -- "$cur")
      compopt -o filenames`;
}
