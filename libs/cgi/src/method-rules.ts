import type { Exchange } from '@webserv/methods';
import type { Reply } from '@webserv/response';

export type Location = Exchange['location'];
export type Server = Exchange['server'];

/**
 * What the method stage decides for all its methods, scripts among them: the functions of these names of
 * `@webserv/methods`, handed in so that each rule has one home.
 */
export interface MethodRules {
  /** The error reply for a status; notes the place for the log. */
  failure(exchange: Exchange, status: number, place: string, errno?: number): Reply;
  /** The file that a request path names in a location. */
  resolvePath(location: Location, path: string): string;
}
