import { holdsRawBytes } from '@webserv/request';
import { encodeSegment, visibleInJson } from '../page-style.ts';
import type { Entries } from './entries.ts';
import type { FolderScan } from './folder-scan.ts';
import type { ListingView } from './listing-view.ts';

/**
 * `{"path", "entries": [{"name", "type", "size", "modified"}]}`. The size of a folder is null; times are ISO 8601 in UTC. A
 * name that is not UTF-8 has its bytes escaped, and a reference in `href` leads to its file.
 */
export class JsonView implements ListingView {
  readonly contentType = 'application/json';
  private readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  prepare(_scan: FolderScan, ready: () => void): void {
    ready();
  }

  begin(): string {
    return `{"path":${JSON.stringify(visibleInJson(this.path))},"entries":[`;
  }

  row(entries: Entries, index: number, first: boolean): string {
    const folder = entries.isFolder(index);
    const name = entries.name(index);
    const row = {
      name: visibleInJson(name),
      ...(holdsRawBytes(name) ? { href: encodeSegment(name) } : null),
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
