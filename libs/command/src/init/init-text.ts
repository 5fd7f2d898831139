import { quoted } from '@webserv/config';
import type { Survey } from './survey.ts';

/** The name of the configuration that the command looks for. */
export const CONFIG_NAME = 'webserv.conf';

type Block = readonly string[];

/** Returns a configuration with comments for what a folder holds. */
export function initText(found: Survey): string {
  return `# ${CONFIG_NAME}, written by "webserv init" for what it found in this folder.
#
#   webserv                 serves it
#   webserv -t              checks it, and shows every mistake
#   webserv -T              shows what is in force, with the defaults
#   webserv --directives    explains every directive

# As root: bind the ports, then become this account.
# user www-data;

server {
  # This machine alone can reach the server. "listen 80;" lets others in.
  listen 127.0.0.1:8080;
  # server_name example.org www.example.org;

  # HTTPS, with a certificate of yours.
  # listen 443 tls;
  # certificate /etc/ssl/example.org.pem /etc/ssl/example.org.key;

  # access_log /var/log/webserv/access.log;

${locations(found)
  .map((block) => block.map((line) => `  ${line}`).join('\n'))
  .join('\n\n')}
}
`;
}

function locations(found: Survey): Block[] {
  const { root, cgiBin } = found;
  return [rootBlock(found), ...(root === '.' ? [OWN_CONFIG] : []), ...(cgiBin ? [SCRIPTS] : [])];
}

function rootBlock({ root, built, spa, index, precompressed, php, phpCgi }: Survey): Block {
  return [
    'location / {',
    ...(built ? ['  # What the build of this project has written.'] : []),
    `  root ${quoted(root)};`,
    ...answer(index, php),
    ...(spa
      ? ['  # The one page answers for the routes that it makes in the browser.', '  spa index.html;']
      : []),
    ...(php ? phpLines(phpCgi) : []),
    ...(precompressed
      ? ['  # A file with .br, .zst or .gz beside it is sent in that form.', '  precompressed on;']
      : []),
    '}',
  ];
}

/** What answers for a folder. */
function answer(index: boolean, php: boolean): Block {
  if (index) return ['  default_file index.html;'];
  if (php) return ['  default_file index.php;'];
  return ['  # There is no index.html: folders are listed.', '  auto_index on;'];
}

function phpLines(phpCgi: string): Block {
  if (phpCgi !== '') {
    return [
      '  # PHP scripts run, and are never sent.',
      `  cgi .php ${quoted(phpCgi)};`,
      '  method GET POST;',
    ];
  }
  return [
    '  # This machine has no php-cgi. Until a script is run, it is sent as it is.',
    '  # Install php-cgi, and name it here:',
    '  # cgi .php /usr/bin/php-cgi;',
    '  # method GET POST;',
  ];
}

/** The configuration lies in the folder that is served. */
const OWN_CONFIG: Block = [
  '# This file lies in the folder that is served, and is not for clients.',
  `location /${CONFIG_NAME} {`,
  '  redirection 302 /;',
  '}',
];

const SCRIPTS: Block = [
  '# Each program in cgi-bin runs, and none is sent.',
  'location /cgi-bin {',
  '  root cgi-bin;',
  '  cgi *;',
  '  method GET POST;',
  '}',
];
