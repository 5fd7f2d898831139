import { type Config, configText, load, loadText, type MainBlock, report } from '@webserv/config';
import { type Running, StartError } from '@webserv/hosting';
import { type ServeOptions, Webserv } from './webserv.ts';

/**
 * Starts a server.
 * @param source the path of a config file; a config as an object, with paths relative to the working directory; or a
 *   loaded `Config`
 * @throws StartError with a message that is ready to be printed; nothing is left half-started
 */
export function serve(source: string | MainBlock | Config, options: ServeOptions = {}): Running {
  return new Webserv(loaded(source), options);
}

function loaded(source: string | MainBlock | Config): Config {
  if (typeof source === 'object' && 'servers' in source) return source;
  const result = typeof source === 'string' ? load(source) : loadText(configText(source), 'config from code');
  if (!result.ok) throw new StartError(report(result.diagnostics));
  return result.config;
}
