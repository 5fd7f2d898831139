/** The packages of this workspace that a package may import, and those of which it may import only types. */
export interface Boundary {
  readonly values: readonly string[];
  readonly types: readonly string[];
}

const LIBRARIES = [
  'accounts',
  'event-loop',
  'config',
  'logger',
  'methods',
  'connection',
  'certificate',
  'acme',
  'hosting',
  'command',
];

/**
 * The boundary of every library and app, by folder. A package without a row is a problem: a new library decides here
 * which packages it may know. Tools may import anything, and only a tool may import a tool.
 */
export const BOUNDARIES: Readonly<Record<string, Boundary>> = {
  'libs/event-loop': { values: [], types: [] },
  'libs/config': { values: ['accounts'], types: [] },
  'libs/request': { values: [], types: [] },
  'libs/response': { values: [], types: [] },
  'libs/cache': { values: [], types: [] },
  'libs/logger': { values: ['event-loop'], types: [] },
  'libs/methods': { values: ['request', 'response'], types: ['config'] },
  'libs/cgi': { values: ['event-loop', 'request', 'response', 'methods'], types: [] },
  'libs/pages': { values: ['event-loop', 'cache', 'request', 'response', 'methods'], types: ['config'] },
  'libs/disk': { values: ['event-loop', 'methods'], types: ['response'] },
  'libs/connection': {
    values: ['event-loop', 'config', 'http2', 'request', 'response', 'methods', 'pages', 'tls'],
    types: ['cache'],
  },
  'libs/certificate': { values: [], types: [] },
  'libs/acme': { values: ['event-loop', 'cgi', 'certificate'], types: ['config'] },
  'libs/http2': { values: ['request'], types: [] },
  'libs/tls': { values: [], types: ['event-loop'] },
  'libs/admin': { values: [], types: [] },
  'libs/hosting': {
    values: [
      'event-loop',
      'config',
      'request',
      'response',
      'logger',
      'methods',
      'cgi',
      'pages',
      'disk',
      'connection',
      'admin',
      'accounts',
    ],
    types: [],
  },
  'libs/command': { values: ['event-loop', 'config', 'certificate', 'accounts'], types: [] },
  'libs/accounts': { values: [], types: [] },
  'apps/webserv': { values: LIBRARIES, types: ['admin', 'cache', 'cgi', 'disk', 'pages', 'response'] },
};

/** Packages with a single home: a file, or a folder that ends in `/`. */
export const HOMES: Readonly<Record<string, string>> = {
  koffi: 'libs/event-loop/src/ffi/libc.ts',
  pino: 'libs/logger/',
};

/** Node's own network and processes. The server has its own, so only tests and tools may use these. */
export const BANNED_BUILTINS: ReadonlySet<string> = new Set([
  'http',
  'http2',
  'https',
  'net',
  'tls',
  'dgram',
  'child_process',
  'cluster',
]);

/** Bytes in, values out: these files and folders do no I/O, so a browser or a fuzzer can run them unchanged. */
export const PURE: readonly string[] = [
  'libs/request/src/',
  'libs/response/src/',
  'libs/config/src/',
  'libs/accounts/src/file/',
  'libs/cgi/src/program/env.ts',
  'libs/cgi/src/output/output-parser.ts',
];

/** Files in these folders that do I/O nevertheless. */
export const IMPURE: readonly string[] = [
  'libs/config/src/disk/node-disk.ts',
  'libs/config/src/disk/node-certificate.ts',
];

/** Modules of Node that a pure file may import: modules that only compute. No file needs one, so each runs in a browser. */
export const PURE_BUILTINS: ReadonlySet<string> = new Set();

/** The only places that may know a multiplexer's constants and structures. */
export const MULTIPLEXER_HOMES: readonly string[] = [
  'libs/event-loop/src/driver/',
  'libs/event-loop/src/ffi/',
];

/** An operator may type `use epoll;`: the words of the configuration and of the command line may name drivers. */
export const DRIVER_NAME_HOMES: readonly string[] = [
  ...MULTIPLEXER_HOMES,
  'libs/config/src/',
  'libs/command/src/table/',
  'apps/webserv/src/command/driver.ts',
];

export const MAX_FILE_LINES = 400;
export const MAX_FUNCTION_LINES = 70;

/** Files of one folder, tests left out. */
export const MAX_NOUNS = 20;

/** Groups of files that import each other, in the whole tree. */
export const MAX_CIRCLES = 2;

/** Lines of all files of a package, tests left out. */
export const MAX_PACKAGE_LINES: Readonly<Record<string, number>> = { 'apps/webserv': 1200 };

/** Variables that tests set themselves, for their own process or for a child, and those that only find programs. */
export const OWN_VARIABLES: ReadonlySet<string> = new Set([
  'KQUEUE',
  'PATH',
  'USE',
  'WEBSERV_SECRET',
  'WEBSERV_TEST_REFUSED',
]);
