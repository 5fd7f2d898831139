import { CONFIG_NAMES, FOLDER_NAMES } from './table/options.ts';
import { nearSubcommand, type Words } from './words.ts';

/** What is to be served: a configuration, or a folder or file without one; or why that is not clear. */
export type Choice = 'config' | 'folder' | { readonly problem: string };

/**
 * Decides what words without a subcommand serve.
 * @param configIsThere whether the configuration that nobody has named lies in the working directory
 * @param isThere whether a path exists
 */
export function choiceOf(
  { options, operands }: Words,
  configIsThere: boolean,
  isThere: (path: string) => boolean,
): Choice {
  const ofFolder = [...options.keys()].find((name) => FOLDER_NAMES.has(name));
  const ofConfig = [...options.keys()].find((name) => CONFIG_NAMES.has(name));
  const [path] = operands;
  if (ofConfig !== undefined && (ofFolder !== undefined || path !== undefined)) {
    const other = ofFolder === undefined ? `"${path}"` : `--${ofFolder}`;
    return {
      problem: `--${ofConfig} is about a configuration, and ${other} serves without one: leave out one of them`,
    };
  }
  if (path !== undefined && !isThere(path)) {
    const near = nearSubcommand(path);
    return {
      problem: `there is no folder or file "${path}"${near === null ? '' : `; did you mean "${near}"?`}`,
    };
  }
  if (path !== undefined || ofFolder !== undefined) return 'folder';
  return ofConfig !== undefined || configIsThere ? 'config' : 'folder';
}
