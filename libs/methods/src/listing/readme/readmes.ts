import { escapeHtml, isSettled } from '@webserv/response';
import type { FileReader, FileReaderOwner } from '../../disk/file-reader.ts';
import type { FileFacts, Files } from '../../disk/files.ts';
import { MarkdownThread } from './markdown-thread.ts';
import { isMarkdown } from './readme-name.ts';
import { TextRead } from './text-read.ts';

/** Bytes of the largest README that is shown. The list names a larger one as it names every file. */
const LARGEST = 128 << 10;
/** Characters of all that are kept for the next listing. */
const KEPT = 4 << 20;

/** An open README, which is closed here. */
interface OpenReadme {
  readonly path: string;
  readonly fd: number;
  readonly facts: FileFacts;
}

interface ReadmeHost {
  readonly files: Pick<Files, 'close'>;
  reader(fd: number, owner: FileReaderOwner): FileReader;
}

/** A README as HTML, or one that is being made into it. */
interface Readme {
  html: string | null;
  readonly waiting: ((html: string) => void)[];
}

/**
 * The READMEs of listed folders, as HTML. Each is read and made once, and kept until its file changes or others need the
 * room.
 */
export class Readmes {
  private readonly thread: MarkdownThread;
  private readonly known = new Map<string, Readme>();
  private kept = 0;

  /** @param markdown as of `MarkdownThread` */
  constructor(markdown: string) {
    this.thread = new MarkdownThread(markdown);
  }

  /**
   * Makes HTML of a README.
   * @param nowMs not later than now
   * @param done called once, perhaps from within, with its HTML; '' if it is not shown
   */
  of({ path, fd, facts }: OpenReadme, host: ReadmeHost, nowMs: number, done: (html: string) => void): void {
    const key = [path, facts.ino, facts.size, facts.mtimeMs, facts.ctimeMs].join('\0');
    const known = this.known.get(key);
    if (known !== undefined || facts.size > LARGEST) {
      host.files.close(fd);
      if (known?.html === null) known.waiting.push(done);
      else done(known?.html ?? '');
      return;
    }
    this.known.set(key, { html: null, waiting: [done] });
    const settled = isSettled(facts.mtimeMs, nowMs) && isSettled(facts.ctimeMs, nowMs);
    const read = new TextRead(facts.size, (bytes) => {
      if (bytes === null) this.answer(key, '', false);
      else this.make(path, bytes, (html) => this.answer(key, html, settled));
    });
    read.start(host.reader(fd, read));
  }

  private make(path: string, bytes: Buffer, done: (html: string) => void): void {
    const text = new TextDecoder().decode(bytes);
    if (text.trim() === '') done('');
    else if (isMarkdown(path)) this.thread.render(text, (html) => done(html ?? plain(text)));
    else done(plain(text));
  }

  private answer(key: string, html: string, keep: boolean): void {
    const readme = this.known.get(key);
    if (readme === undefined) return;
    readme.html = html;
    if (keep) this.keep(key, readme, html.length);
    else this.known.delete(key);
    for (const done of readme.waiting.splice(0)) done(html);
  }

  private keep(key: string, readme: Readme, length: number): void {
    this.known.delete(key);
    this.known.set(key, readme);
    this.kept += key.length + length;
    for (const [oldest, { html }] of this.known) {
      if (this.kept <= KEPT) return;
      if (html === null) continue;
      this.known.delete(oldest);
      this.kept -= oldest.length + html.length;
    }
  }
}

function plain(text: string): string {
  return `<pre>${escapeHtml(text)}</pre>\n`;
}
