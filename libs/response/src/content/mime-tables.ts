import { MimeTypes } from './mime.ts';

/** The media types of the locations of one site. Locations that share a table of types and a charset share the answer. */
export class MimeTables {
  private readonly known = new Map<ReadonlyMap<string, string>, Map<string | null, MimeTypes>>();

  /** @param types and charset as for `MimeTypes`; the same map is the same table */
  of(types: ReadonlyMap<string, string>, charset: string | null): MimeTypes {
    let tables = this.known.get(types);
    if (tables === undefined) {
      tables = new Map();
      this.known.set(types, tables);
    }
    let found = tables.get(charset);
    if (found === undefined) {
      found = new MimeTypes(types, undefined, charset);
      tables.set(charset, found);
    }
    return found;
  }
}
