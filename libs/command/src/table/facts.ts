/** A term and what it means. */
export type Fact = readonly [term: string, meaning: string];

export const SIGNALS: readonly Fact[] = [
  ['TERM, QUIT', 'answer the requests under way within stop_timeout, and stop'],
  ['INT, a second TERM', 'stop at once'],
  ['HUP', 'turn to what the configuration says now, or report what is wrong with it; open the logs again'],
  ['URG', 'what "webserv upgrade" asks for'],
  ['USR1', 'open the logs again'],
  ['USR2', 'log what the server holds, its lag and its caches'],
];

export const ENVIRONMENT: readonly Fact[] = [
  [
    'WEBSERV_USE',
    'the driver to use, whatever the configuration says: io_uring, epoll, kqueue, poll or select',
  ],
  ['WEBSERV_KQUEUE_LIBRARY', 'the library that provides kqueue on a system without it'],
  [
    'WEBSERV_PASSWORD',
    'the password of --auth; what the server starts does not inherit it, but programs of the same account can read it',
  ],
  ['NO_COLOR', 'no color, unless --color=always says otherwise (https://no-color.org)'],
  ['XDG_STATE_HOME', 'where --tls keeps its certificate (default: ~/.local/state)'],
];

export const EXIT_CODES: readonly Fact[] = [
  ['0', 'all is well: the server has stopped by a signal, or the configuration is good'],
  [
    '1',
    'the configuration is bad, the server could not start, or what was asked of a running server has changed nothing',
  ],
  ['2', 'the words of the command line are wrong'],
];

export const FILES: readonly Fact[] = [
  ['webserv.conf', 'the configuration in the working directory, if -c names no other'],
];

export const EXAMPLES: readonly Fact[] = [
  ['webserv', 'serves by webserv.conf, or the folder if there is no such file'],
  ['webserv public -p 3000 --open', 'serves a folder on port 3000, and opens the browser'],
  ['webserv --host --tls --auth anna', 'serves the folder to those who know the password of anna'],
  ['webserv --host --qr', 'serves the folder to other machines, such as a telephone'],
  ['webserv public --print-config > webserv.conf', 'makes a configuration that does the same'],
];
