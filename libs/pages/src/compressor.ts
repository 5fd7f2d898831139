import { type ContentCoding, formatHttpDate, Reply } from '@webserv/response';
import { type Page, USUAL } from './page.ts';
import { PageDraft } from './page-draft.ts';

/** Most pages compressed at once, of all sites. The thread pool also reads cold files. */
const MAX_JOBS = 2;
/**
 * A page is compressed once and sent often, so it may take some time, but no thread for long. Of 300 KiB of text, gzip
 * 6 makes 49 KiB in 8 ms, brotli 6 47 KiB in 13 ms, brotli 9 44 KiB in 53 ms, brotli 11 39 KiB in 570 ms.
 */
const GZIP_LEVEL = 6;
const BROTLI_QUALITY = 6;

/** Makes coded pages of pages on the threads of Node's pool. The loop continues meanwhile. */
export class Compressor {
  private jobs = 0;

  /** True if another job may begin. */
  get idle(): boolean {
    return this.jobs < MAX_JOBS;
  }

  /**
   * The caller holds the page's entry until `done`, because threads read there.
   * @param done receives the coded page, or null if it would be no smaller; never from within this call
   */
  run(page: Page, coding: ContentCoding, done: (variant: Page | null) => void): void {
    const { content } = page;
    const finish = (error: Error | null, coded?: Buffer): void => {
      this.jobs--;
      const smaller = error === null && coded !== undefined && coded.length < content.length;
      done(smaller ? codedPage(page, coding, coded) : null);
    };
    this.jobs++;
    // Loaded for the first page that needs it. Loading takes 3 ms, which a start must not wait for.
    import('node:zlib')
      .then(({ brotliCompress, constants, gzip }) => {
        if (coding === 'gzip') {
          gzip(content, { level: GZIP_LEVEL }, finish);
          return;
        }
        const params = {
          [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
          [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
        };
        brotliCompress(content, { params }, finish);
      })
      // A coder without memory throws, and an unhandled rejection would end the process.
      .catch(finish);
  }
}

/** Fields of the page that do not hold for its coding, or that the coding has its own value of. */
const REPLACED: ReadonlySet<string> = new Set(['etag', 'accept-ranges']);

/**
 * Makes the page of the same content in another coding. Its tag is weak: another version of the compressor may make
 * other bytes of the same file. It has no ranges for the same reason, and because it is on no disk.
 */
function codedPage(page: Page, coding: ContentCoding, coded: Buffer): Page | null {
  const reply = new Reply(page.status, { kind: 'bytes', bytes: coded });
  reply.headers.copyFrom(page.reply.headers, REPLACED).append('Content-Encoding', coding);
  const etag = codedTag(page.validators.etag, coding);
  if (etag !== '') reply.headers.append('ETag', etag);
  const draft = PageDraft.of(reply, coded.length, { ...USUAL, date: formatHttpDate(Date.now()) });
  if (draft === null) return null;
  draft.memory.bytes.set(coded, draft.headSize);
  return draft.page(page.location);
}

/** Turns `"tag"` or `W/"tag"` into `W/"tag-gzip"`. No tag stays no tag. */
function codedTag(etag: string, coding: ContentCoding): string {
  if (etag === '') return '';
  const opaque = etag.slice(etag.indexOf('"'), -1);
  return `W/${opaque}-${coding}"`;
}
