/**
 * Does what `--color` says, for all that this process prints from now on: it sets NO_COLOR or FORCE_COLOR.
 * @param when auto, always or never
 */
export function chooseColor(when: string | undefined, env: NodeJS.ProcessEnv = process.env): void {
  if (when === undefined || when === 'auto') return;
  delete env['NO_COLOR'];
  delete env['FORCE_COLOR'];
  if (when === 'always') env['FORCE_COLOR'] = '1';
  else env['NO_COLOR'] = '1';
}
