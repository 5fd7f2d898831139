import type { DirectiveName } from '../directives/table.ts';
import type { Origins, Scope } from '../model/types.ts';
import { word } from '../syntax/print.ts';
import type { Writer } from './effective-writer.ts';

/**
 * Writes the directives that say how folders are listed.
 * @param lists whether folders are listed. Otherwise those of a location itself have a warning
 */
export function writeListing(out: Writer, { listing }: Scope, origins: Origins, lists: boolean): void {
  const { readme, theme, archive } = listing;
  const write = (name: DirectiveName, args: string): void => {
    out.value(name, args, origins, lists || origins.get(name)?.level === 'location');
  };
  write('auto_index_readme', readme ? 'on' : 'off');
  write('auto_index_theme', word(theme || 'off'));
  write('archive', archive.join(' ') || 'off');
}
