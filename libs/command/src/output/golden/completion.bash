# Completions of webserv for bash: source this file, or store it as webserv in the folder of bash-completion.
_webserv() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  if [ "$COMP_CWORD" -gt 1 ]; then
    case ${COMP_WORDS[1]} in
      init)
        mapfile -t COMPREPLY < <(compgen -W '--help' -- "$cur")
        return
        ;;
      reload)
        mapfile -t COMPREPLY < <(compgen -W '--config --help' -- "$cur")
        return
        ;;
      upgrade)
        mapfile -t COMPREPLY < <(compgen -W '--config --help' -- "$cur")
        return
        ;;
      explain)
        mapfile -t COMPREPLY < <(compgen -W '--config --header --from --http2 --json --color --help' -- "$cur")
        return
        ;;
      doctor)
        mapfile -t COMPREPLY < <(compgen -W '--config --json --help' -- "$cur")
        return
        ;;
      runs)
        mapfile -t COMPREPLY < <(compgen -W '--config --json --help' -- "$cur")
        return
        ;;
      passwd)
        mapfile -t COMPREPLY < <(compgen -W '--delete --algorithm --help' -- "$cur")
        return
        ;;
      certificate)
        mapfile -t COMPREPLY < <(compgen -W 'self-signed --help' -- "$cur")
        return
        ;;
      completion)
        mapfile -t COMPREPLY < <(compgen -W 'bash zsh fish --help' -- "$cur")
        return
        ;;
      man)
        mapfile -t COMPREPLY < <(compgen -W '--help' -- "$cur")
        return
        ;;
    esac
  fi
  # bash gives "--upload=x" as three words, because = separates words.
  if [ "$cur" = "=" ]; then
    cur=
  elif [ "$prev" = "=" ]; then
    prev=${COMP_WORDS[COMP_CWORD-2]}
  fi
  case $prev in
    -p | --port)
      COMPREPLY=()
      return
      ;;
    --auth)
      COMPREPLY=()
      return
      ;;
    -c | --config)
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      compopt -o filenames
      return
      ;;
    --color)
      mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur")
      return
      ;;
  esac
  case $cur in
    -*)
      mapfile -t COMPREPLY < <(compgen -W '--port --port-auto --host --tls --spa --upload --auth --cors --open --qr --print-config --config --test --effective --json --directives --color --version --help' -- "$cur")
      ;;
    *)
      if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W 'init reload upgrade explain doctor runs passwd certificate completion man' -- "$cur"; compgen -f -- "$cur")
      else
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      fi
      compopt -o filenames
      ;;
  esac
}
complete -F _webserv webserv
