import { CODINGS, codingExtension, type Reply } from '@webserv/response';
import { FileFacts } from '../disk/files.ts';
import type { Exchange, Scene } from '../exchange.ts';
import { failure } from '../failure.ts';
import type { OpenFile } from '../files/open-file.ts';
import type { Script } from './script.ts';
import { isScriptElsewhere, runnerOf, runnerOfOpen, runsItself, runsScripts } from './script-rules.ts';

/** The path of the open file is not known any more, so the server cannot know whether it is a script. */
const MOVED = 'file moved while it was opened';

/** Control characters are refused, because scripts write such values into fields and logs. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROL = /[\x00-\x1f\x7f]/;

/**
 * Returns the path of an open file without links, which identifies the file under every name. If nothing depends on that,
 * it returns `path` itself. It returns '' if the path is not known any more.
 */
export function realPathOf({ server, services }: Scene, path: string, fd: number): string {
  const { files, uploads } = services;
  return uploads.none && !runsScripts(server) ? path : files.realPath(path, fd);
}

/**
 * Whether an open file is a script at the place where it was found. Every file passes through here before any of it is
 * sent: a location never sends a file that it runs, under no name.
 *
 * @param path the path by which it was found
 * @param real as `realPathOf`
 * @param name SCRIPT_NAME, if it is a script
 * @param facts about the open file, which is a regular file
 * @returns the script, the reply that refuses it, or null if the file is content
 */
export function scriptOf(
  exchange: Exchange,
  path: string,
  real: string,
  name: string,
  facts: FileFacts,
): Script | Reply | null {
  if (real === '') return failure(exchange, 404, MOVED);
  const { location, server, services } = exchange;
  if (!runsScripts(server)) return null;
  const runner = runnerOfOpen(exchange, path, real, facts);
  if (runner !== null) {
    const { interpreter, application } = runner;
    return permitted(exchange, { name, pathInfo: '', file: path, interpreter, application }, real);
  }
  if (isScriptElsewhere(server, location, real, facts, services.files)) {
    return failure(exchange, 403, 'script of another location');
  }
  return isCodedScript(exchange, path)
    ? failure(exchange, 403, 'source of a script in another coding')
    : null;
}

/** Whether an open file is a script, here or elsewhere: nothing of it may be sent. @param real as `realPathOf` */
export function isSource(scene: Scene, path: string, real: string, facts: FileFacts): boolean {
  const { location, server, services } = scene;
  if (real === '') return true;
  if (!runsScripts(server)) return false;
  return (
    runnerOfOpen(scene, path, real, facts) !== null ||
    isScriptElsewhere(server, location, real, facts, services.files) ||
    isCodedScript(scene, path)
  );
}

/**
 * Whether an open file may be sent in place of another one. Through a link it could be a script, or a client's upload.
 */
export function mayStandIn(exchange: Exchange, { fd, path, facts }: OpenFile): boolean {
  const { location, server, services } = exchange;
  const real = realPathOf(exchange, path, fd);
  if (real === '' || services.uploads.hold(real)) return false;
  return (
    !runsScripts(server) ||
    (runnerOfOpen(exchange, path, real, facts) === null &&
      !isScriptElsewhere(server, location, real, facts, services.files))
  );
}

/**
 * Returns the script, or the reply if it must not run. PATH_INFO is decoded: RFC 3875 section 4.1.5 lets the server restrict
 * its content.
 * @param real as `realPathOf`
 */
export function permitted(exchange: Exchange, script: Script, real: string): Script | Reply {
  const { head, location, services } = exchange;
  if (real === '') return failure(exchange, 404, MOVED);
  if (CONTROL.test(head.path)) return failure(exchange, 404, 'control character for a script');
  if (!location.cgiUploads && services.uploads.hold(real)) {
    return failure(exchange, 403, 'script below an upload_path');
  }
  if (!runsItself(script)) return script;
  const error = services.files.mayRun(script.file);
  return error < 0 ? failure(exchange, 403, 'script may not be run', error) : script;
}

/** Whether a file holds the coded source of a script that lies beside it, as `x.php.gz` does beside `x.php`. */
function isCodedScript({ location, services }: Scene, path: string): boolean {
  for (const coding of CODINGS) {
    const extension = codingExtension(coding);
    if (!path.toLowerCase().endsWith(extension)) continue;
    const original = path.slice(0, -extension.length);
    if (runnerOf(location, original) === null) return false;
    const beside = new FileFacts();
    const error = services.files.look(location.root, original, !location.symlinks, beside);
    return error >= 0 && beside.kind === 'file';
  }
  return false;
}
