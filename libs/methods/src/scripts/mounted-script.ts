import type { Mount } from '@webserv/config';
import type { Reply } from '@webserv/response';
import { FileFacts } from '../disk/files.ts';
import type { Exchange } from '../exchange.ts';
import { failedCall, failure } from '../failure.ts';
import { resolvePath } from '../resolve-path.ts';
import { permitted } from './open-script.ts';
import type { Script } from './script.ts';

/**
 * Returns the script that answers every request of a location: SCRIPT_NAME is the prefix, PATH_INFO the rest. The config
 * names its file, so the location's rules for dotfiles and symbolic links do not apply. Those for uploads do.
 */
export function mountedScript(exchange: Exchange, mount: Mount): Script | Reply {
  const { head, location, services } = exchange;
  services.trace?.note('script', `script ${mount.file}: it answers every request of this location`);
  const { file, interpreter, application } = mount;
  const { kind, text } = location.path;
  const { length } = kind === 'exact' ? text : location.prefix === '/' ? '' : location.prefix;
  const pathInfo = head.path.slice(length);
  const translated = pathInfo === '' || location.root === '' ? '' : resolvePath(location, head.path);
  const script = { name: head.path.slice(0, length), pathInfo, translated, file, interpreter, application };
  // Its application may see other folders than this process.
  return application === null ? scriptOnDisk(exchange, script) : permitted(exchange, script, file);
}

/** Returns a script that the config names, if it can be run; otherwise the reply that refuses it. */
export function scriptOnDisk(exchange: Exchange, script: Script): Script | Reply {
  const { files, uploads } = exchange.services;
  const fd = files.open('/', script.file, false);
  if (fd < 0) return failedCall(exchange, fd, 'open script');
  const facts = new FileFacts();
  const error = files.inspect(fd, facts);
  const real = error < 0 || uploads.none ? script.file : files.realPath(script.file, fd);
  files.close(fd);
  if (error < 0) return failedCall(exchange, error, 'fstat script');
  if (facts.kind !== 'file') return failure(exchange, 404, 'script is no regular file');
  return permitted(exchange, script, real);
}
