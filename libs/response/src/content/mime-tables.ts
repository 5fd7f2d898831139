import { MimeTypes } from './mime.ts';

/** The media types of one site's locations. Locations with the same table of types and charset share one `MimeTypes`. */
export class MimeTables {
  private readonly known = new Map<ReadonlyMap<string, string>, Map<string | null, MimeTypes>>();

  /** Takes what `MimeTypes` takes. The same map object is the same table. */
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
