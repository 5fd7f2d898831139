import { escapeHtml } from '@webserv/response';
import { encodeSegment, humanSize, PAGE_END, pageBegin, visible } from '../page-style.ts';
import type { Entries } from './entries.ts';
import type { FolderScan } from './folder-scan.ts';
import { type ListingQuery, LONGEST_FILTER, type SortColumn } from './listing-query.ts';
import { LISTING_SCRIPT } from './listing-script.ts';
import type { ListingView } from './listing-view.ts';

const COLUMNS: readonly (readonly [column: SortColumn, label: string, style: string])[] = [
  ['name', 'Name', ''],
  ['size', 'Size', ' class="n"'],
  ['date', 'Modified<span> (UTC)</span>', ' class="t"'],
];

/** Gets a README of the folder. @param done called once, perhaps from within, with its HTML; '' if it is not shown */
export type LoadReadme = (name: string, done: (html: string) => void) => void;

/** What the page of a folder shows beside its names. */
interface PageParts {
  /** The formats in which the folder can be had as a whole. */
  readonly archives: readonly string[];
  /** CSS, as `pageBegin` takes it. */
  readonly theme: string;
  /** Null shows no README. */
  readonly load: LoadReadme | null;
}

/** The page of a folder. Every link is relative, so that it works behind any proxy. */
export class HtmlView implements ListingView {
  readonly contentType = 'text/html; charset=utf-8';
  private readonly path: string;
  private readonly query: ListingQuery;
  private readonly parts: PageParts;
  private readme = '';

  /** @param path the requested path of the folder, decoded, with its slash at the end */
  constructor(path: string, query: ListingQuery, parts: PageParts) {
    this.path = path;
    this.query = query;
    this.parts = parts;
  }

  prepare({ readme }: FolderScan, ready: () => void): void {
    const { load } = this.parts;
    if (readme === '' || load === null) {
      ready();
      return;
    }
    load(readme, (html) => {
      if (html !== '') this.readme = `<article aria-label="${readme}" dir="auto">\n${html}</article>\n`;
      ready();
    });
  }

  begin(): string {
    const columns = COLUMNS.map(([column, label, style]) => this.column(column, label, style)).join('');
    const up =
      this.path === '/' ? '' : '<tr class="d" data-up><td><a href="../">..</a></td><td></td><td></td></tr>\n';
    return `${pageBegin(`Index of ${this.path}`, this.parts.theme)}<h1>${this.breadcrumb()}</h1>
${this.form()}<table>
<thead><tr>${columns}</tr></thead>
<tbody>
${up}`;
  }

  row(entries: Entries, index: number): string {
    const name = entries.name(index);
    const folder = entries.isFolder(index);
    const slash = folder ? '/' : '';
    // The characters that encodeURIComponent does not encode need no escape within quotes.
    const picture = !folder && isSmallPicture(name, entries.size(index)) ? pictureOf(name) : '';
    const link = `${picture}<a href="${encodeSegment(name)}${slash}"><bdi>${escapeHtml(visible(name))}</bdi>${slash}</a>`;
    const iso = new Date(entries.time(index)).toISOString();
    const time = `<time datetime="${iso}">${iso.slice(0, 10)}<span> ${iso.slice(11, 16)}</span></time>`;
    const size = folder ? '<td></td>' : sizeCell(entries.size(index));
    return `<tr${folder ? ' class="d"' : ''}><td>${link}</td>${size}<td class="t">${time}</td></tr>\n`;
  }

  end(truncated: boolean): string {
    const note = truncated ? '<p>The folder holds more than is listed here.</p>\n' : '';
    return `</tbody>\n</table>\n${note}${this.readme}<script>${LISTING_SCRIPT}</script>\n${PAGE_END}`;
  }

  /** The heading of a column links to the listing sorted by it. That of the current column links to the opposite order. */
  private column(column: SortColumn, label: string, style: string): string {
    const { sort, order } = this.query;
    const inForce = sort === column;
    const next = inForce && order === 'asc' ? 'desc' : 'asc';
    const state = inForce ? ` aria-sort="${order}ending"` : '';
    const mark = inForce ? (order === 'asc' ? ' ↑' : ' ↓') : '';
    const kept = this.query.filter === '' ? '' : `&amp;q=${encodeSegment(this.query.filter)}`;
    return `<th scope="col"${style}${state}><a rel="nofollow" href="?sort=${column}&amp;order=${next}${kept}">${label}${mark}</a></th>`;
  }

  /** Asks the server for the names that hold a text, where no script filters what is shown. */
  private form(): string {
    const { sort, order, filter } = this.query;
    const usual = sort === 'name' && order === 'asc';
    const hidden = usual
      ? ''
      : `<input type="hidden" name="sort" value="${sort}"><input type="hidden" name="order" value="${order}">`;
    const packs = this.parts.archives.map(
      (each) => `<a rel="nofollow" href="?archive=${each}" download>${each}</a>`,
    );
    return `<form role="search">${hidden}<input type="search" name="q" value="${escapeHtml(filter)}" maxlength="${LONGEST_FILTER}" placeholder="Filter" aria-label="Filter the names" autocomplete="off" autocapitalize="off" spellcheck="false"><output></output>${packs.join('')}</form>\n`;
  }

  /** Each folder of the path is a link to that folder, relative to this one. */
  private breadcrumb(): string {
    const names = this.path.split('/').slice(1, -1);
    const root = names.length === 0 ? '/' : `<a href="${'../'.repeat(names.length)}">/</a>`;
    const crumbs = names.map((name, depth) => {
      const text = `<bdi>${escapeHtml(visible(name))}</bdi>`;
      const up = names.length - 1 - depth;
      return up === 0 ? text : `<a href="${'../'.repeat(up)}">${text}</a><i>/</i>`;
    });
    return root + crumbs.join('');
  }
}

/** Bytes of the largest picture that stands for itself beside its name. */
const LARGEST_PICTURE = 128 << 10;
const PICTURE = /\.(?:avif|gif|ico|jpe?g|png|webp)$/i;

function isSmallPicture(name: string, size: number): boolean {
  return size > 0 && size <= LARGEST_PICTURE && PICTURE.test(name);
}

/** A browser fetches it when it comes into view. */
function pictureOf(name: string): string {
  return `<img src="${encodeSegment(name)}" alt="" width="32" height="32" loading="lazy" decoding="async">`;
}

function sizeCell(size: number): string {
  return `<td class="n" title="${size} bytes">${humanSize(size)}</td>`;
}
