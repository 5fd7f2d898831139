import type { Entries } from './entries.ts';
import type { ListingView } from './listing-view.ts';

/** `{"path", "entries": [{"name", "type", "size", "modified"}]}`; a folder's size is null, times are ISO 8601 in UTC. */
export class JsonView implements ListingView {
  readonly contentType = 'application/json';
  private readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  begin(): string {
    return `{"path":${JSON.stringify(this.path)},"entries":[`;
  }

  row(entries: Entries, index: number, first: boolean): string {
    const folder = entries.isFolder(index);
    const row = {
      name: entries.name(index),
      type: folder ? 'directory' : 'file',
      size: folder ? null : entries.size(index),
      modified: new Date(entries.time(index)).toISOString(),
    };
    return `${first ? '\n' : ',\n'}${JSON.stringify(row)}`;
  }

  end(truncated: boolean): string {
    return truncated ? '\n],"truncated":true}\n' : '\n]}\n';
  }
}
