import { basename, dirname } from 'node:path';
import type { Exchange, Script } from '@webserv/methods';
import type { Program } from '../process/script-process.ts';
import type { Workshop } from '../workshop/workshop.ts';
import { environment, serverName, serverPort } from './env.ts';
import { translate } from './path-translated.ts';
import { searchWords } from './search-words.ts';

/** Whether a script writes a whole response with a status line, by its name (RFC 3875 section 5). */
export function isNph({ file }: Script): boolean {
  return basename(file).startsWith('nph-');
}

/**
 * Returns the program to run for a request.
 * @param contentLength bytes of the body, -1 if there is none; a body needs a pipe to the script's stdin
 */
export function programOf(
  workshop: Workshop,
  exchange: Exchange,
  script: Script,
  contentLength: number,
): Program {
  const { head, location, server } = exchange;
  const { file, interpreter } = script;
  const words = searchWords(head.method, head.query);
  return {
    file: interpreter === '' ? file : interpreter,
    args: interpreter === '' ? [file, ...words] : [interpreter, file, ...words],
    env: environment({
      head,
      script,
      root: location.root,
      pathTranslated: translate(workshop.locate(server, script.pathInfo), script.pathInfo),
      contentLength,
      remote: exchange.remote,
      ...exchange.caller.ends(),
      serverName: serverName(head, server),
      serverPort: serverPort(head, server),
      software: workshop.software,
      path: workshop.path,
      authType: '',
      remoteUser: '',
    }),
    cwd: dirname(file),
    stdin: head.hasBody ? -1 : workshop.nothing,
  };
}
