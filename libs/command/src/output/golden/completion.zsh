#compdef webserv
# Completions of webserv for zsh: store this file as _webserv in a folder of $fpath.
_webserv_first() {
  local -a commands
  commands=(
    'init:write webserv.conf for the folder that it stands in, after what it finds there; a file that exists stays'
    'reload:have the server of a configuration turn to what it says now, or print what is wrong with it; it is found by the "pid FILE;" or the "admin ADDRESS;" that the configuration names'
    'upgrade:have a new process of the program take the place of the server of a configuration, with its sockets, or print why it cannot\: no port closes, and the old process ends its requests; for a new version of webserv or of Node, installed in the place of the old one; it is found by the "pid FILE;" or the "admin ADDRESS;" that the configuration names; exit code 1 means that nothing has changed'
    'explain:say what the server of a configuration would do with a request, and why, without doing it\: which server and location, which directives are in force, the way to the file or script, the head of the answer and its line in the log'
    'doctor:look at this machine as the server of a configuration would meet it, and say how to fix what is wrong; nothing is changed; as root it becomes the user of the configuration; exit code 1 means that something would stop the server, or break what the configuration promises'
    'runs:show the last runs of scripts of the server of a configuration, or all that is known of one run; the configuration needs "admin ADDRESS;"'
    'passwd:set the password of a user in the file that auth_file names, or in a new one\: it is asked for twice, without showing it; without a terminal it is the first line of the standard input; a server that runs takes it over within seconds'
    'certificate:write NAME.pem and NAME.key, a certificate to try HTTPS with'
    'completion:print the completions of a shell'
    'man:print the manual page, for man -l -'
  )
  _describe command commands
  _files
}
_webserv() {
  if (( CURRENT > 2 )); then
    case $words[2] in
      init)
        shift words
        (( CURRENT-- ))
        _arguments -s '(-h --help)'{-h,--help}'[print the help of this command]'
        return
        ;;
      reload)
        shift words
        (( CURRENT-- ))
        _arguments -s '(-c --config)'{-c+,--config=}'[the configuration file (default: webserv.conf in the working directory)]:FILE:_files' '(-h --help)'{-h,--help}'[print the help of this command]'
        return
        ;;
      upgrade)
        shift words
        (( CURRENT-- ))
        _arguments -s '(-c --config)'{-c+,--config=}'[the configuration file (default: webserv.conf in the working directory)]:FILE:_files' '(-h --help)'{-h,--help}'[print the help of this command]'
        return
        ;;
      explain)
        shift words
        (( CURRENT-- ))
        _arguments -s '(-c --config)'{-c+,--config=}'[the configuration file (default: webserv.conf in the working directory)]:FILE:_files' '(-H --header)'{-H+,--header=}'[a field of the request, as "Name: value"; as often as there are fields]:FIELD: ' '--from=[the address of the client (default: 127.0.0.1)]:ADDRESS: ' '--http2[ask in HTTP/2, of an https:// URL or an address with h2c]' '--json[print the explanation as JSON]' '--color=[color what is printed: auto (on a terminal), always or never]:WHEN:(auto always never)' '(-h --help)'{-h,--help}'[print the help of this command]'
        return
        ;;
      doctor)
        shift words
        (( CURRENT-- ))
        _arguments -s '(-c --config)'{-c+,--config=}'[the configuration file (default: webserv.conf in the working directory)]:FILE:_files' '--json[print JSON]' '(-h --help)'{-h,--help}'[print the help of this command]'
        return
        ;;
      runs)
        shift words
        (( CURRENT-- ))
        _arguments -s '(-c --config)'{-c+,--config=}'[the configuration file (default: webserv.conf in the working directory)]:FILE:_files' '--json[print JSON]' '(-h --help)'{-h,--help}'[print the help of this command]'
        return
        ;;
      passwd)
        shift words
        (( CURRENT-- ))
        _arguments -s '--delete[take the user out of the file]' '--algorithm=[how the password is hashed: bcrypt, argon2id or sha512 (default: bcrypt)]:NAME:(bcrypt argon2id sha512)' '(-h --help)'{-h,--help}'[print the help of this command]'
        return
        ;;
      certificate)
        shift words
        (( CURRENT-- ))
        _arguments -s '(-h --help)'{-h,--help}'[print the help of this command]' '1: :(self-signed)'
        return
        ;;
      completion)
        shift words
        (( CURRENT-- ))
        _arguments -s '(-h --help)'{-h,--help}'[print the help of this command]' '1: :(bash zsh fish)'
        return
        ;;
      man)
        shift words
        (( CURRENT-- ))
        _arguments -s '(-h --help)'{-h,--help}'[print the help of this command]'
        return
        ;;
    esac
  fi
  _arguments -s \
    '(-p --port)'{-p+,--port=}'[the port; 0 lets the system choose one (default: 8080)]:PORT: ' \
    '--port-auto[take the next free port if the port is taken]' \
    '--host=-[listen on this address of the machine, or on all of them if none is given (default: 127.0.0.1, which other machines cannot reach)]::ADDRESS: ' \
    '--tls[serve https, with a certificate that the server signs itself and keeps for the next time]' \
    '--spa[answer with index.html where a browser navigates to what does not exist: for applications with routes of their own]' \
    '--upload=-[store the files that clients send in DIR, or in the served folder if none is given]::DIR:_files -/' \
    '--auth=[let in only clients that send this name and a password: the password is asked for twice, without showing it; without a terminal it is the first line of the standard input, and WEBSERV_PASSWORD takes the place of both]:USER: ' \
    '--cors[let pages of other sites read what is served (Access-Control-Allow-Origin: *)]' \
    '--open[open the first address in the browser]' \
    '--qr[show the address for other machines as a QR code]' \
    '--print-config[print the configuration that all this stands for, and stop]' \
    '(-c --config)'{-c+,--config=}'[the configuration file (default: webserv.conf in the working directory)]:FILE:_files' \
    '(-t --test)'{-t,--test}'[check the configuration, and stop]' \
    '(-T --effective)'{-T,--effective}'[print the configuration in force, with the place that each value comes from, and stop]' \
    '--json[print diagnostics as JSON, for editors]' \
    '--directives[explain every directive, or the one that is named behind it]' \
    '--color=[color what is printed: auto (on a terminal), always or never]:WHEN:(auto always never)' \
    '(-v --version)'{-v,--version}'[print the version]' \
    '(-h --help)'{-h,--help}'[print this help]' \
    '1:folder, file or command:_webserv_first' \
    '*:file:_files'
}
if [ "$funcstack[1]" = _webserv ]; then
  _webserv "$@"
else
  compdef _webserv webserv
fi
