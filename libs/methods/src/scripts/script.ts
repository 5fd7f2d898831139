/** The script that a request is for. */
export interface Script {
  /** SCRIPT_NAME: the decoded path that names the script, from `/`; of a folder's default file with its name. */
  readonly name: string;
  /** PATH_INFO: what follows it in the path of the request, '' or from `/`. */
  readonly pathInfo: string;
  /** Absolute path of its file. */
  readonly file: string;
  /** Absolute path of the program that runs it; '' where it runs by itself. */
  readonly interpreter: string;
}
