import type { Application } from '@webserv/config';

/** The script that a request is for. */
export interface Script {
  /** SCRIPT_NAME: the decoded path that names the script, from `/`. It includes the name of a folder's default file. */
  readonly name: string;
  /** PATH_INFO: the rest of the request's path, '' or from `/`. */
  readonly pathInfo: string;
  /** PATH_TRANSLATED, if PATH_INFO is no path of the server: '' if there is none. */
  readonly translated?: string;
  /** The absolute path of its file. */
  readonly file: string;
  /** The absolute path of the program that runs it; '' if it runs by itself. */
  readonly interpreter: string;
  /** The application that answers for it; null if a child is started for each request. */
  readonly application: Application | null;
}
