import type { Limits } from '@webserv/request';
import type { ScriptRequest } from '../program/env.ts';
import { headOf } from './heads.ts';

/** What the environment of a script is made of, for the head in `lines`. */
export function scriptRequestOf(
  lines: readonly string[],
  over: Partial<ScriptRequest> = {},
  limits?: Limits,
): ScriptRequest {
  const head = headOf(lines, limits);
  return {
    head,
    script: {
      name: '/app/run.sh',
      pathInfo: '',
      file: '/srv/cgi/run.sh',
      interpreter: '',
      application: null,
    },
    uri: '',
    root: '/srv/cgi',
    pathTranslated: '',
    contentLength: head.contentLength,
    remote: '192.0.2.7',
    remotePort: 50123,
    serverAddress: '2001:db8::80',
    secure: null,
    serverName: head.host,
    serverPort: 8080,
    software: 'webserv/1.2.3',
    path: '/usr/bin:/bin',
    authType: '',
    remoteUser: '',
    more: [],
    failed: null,
    requestId: '',
    ...over,
  };
}
