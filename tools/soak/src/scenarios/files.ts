import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { askTenFiles, content, expectAnswer, get, insist, type Scenario } from '../scenario.ts';

const LARGE = '/files/large.bin';
const PAGE = '/files/page.html';
const PICTURE = '/files/picture.png';

/** Requests for files: hits, misses, parts, conditions, whole listings. */
export const FILES: readonly Scenario[] = [
  {
    name: 'hits',
    weight: 20,
    async run({ open, site }) {
      const wire = open();
      for (let i = 0; i < 20; i++) {
        wire.send(get(PAGE));
        expectAnswer(await wire.answer(), 200, content(site, PAGE));
      }
      return 20;
    },
  },
  {
    name: 'any file',
    weight: 20,
    run: (stage) => askTenFiles(stage.open(), stage),
  },
  {
    name: 'nothing there',
    weight: 6,
    async run({ open, name }) {
      const wire = open();
      for (let i = 0; i < 5; i++) {
        wire.send(get(`/files/${name()}.html`));
        expectAnswer(await wire.answer(), 404);
      }
      return 5;
    },
  },
  {
    name: 'large',
    weight: 4,
    async run({ open, site }) {
      const wire = open();
      wire.send(get(LARGE));
      expectAnswer(await wire.answer(), 200, content(site, LARGE));
      return 1;
    },
  },
  {
    name: 'ranges',
    weight: 8,
    async run({ open, site, random }) {
      const whole = content(site, PICTURE);
      const wire = open();
      for (let i = 0; i < 6; i++) {
        const first = random.below(whole.length);
        const last = Math.min(whole.length - 1, first + random.below(50_000));
        wire.send(get(PICTURE, `Range: bytes=${first}-${last}\r\n`));
        const answer = await wire.answer();
        expectAnswer(answer, 206, whole.subarray(first, last + 1));
        insist(
          answer.fields.get('content-range') === `bytes ${first}-${last}/${whole.length}`,
          'another Content-Range',
        );
      }
      wire.send(get(PICTURE, 'Range: bytes=0-9,100-199\r\n'));
      const parts = await wire.answer();
      expectAnswer(parts, 206);
      insist(
        parts.body.includes(whole.subarray(0, 10)) && parts.body.includes(whole.subarray(100, 200)),
        'parts without their bytes',
      );
      wire.send(get(PICTURE, `Range: bytes=${whole.length}-\r\n`));
      expectAnswer(await wire.answer(), 416);
      return 8;
    },
  },
  {
    name: 'not modified',
    weight: 8,
    async run({ open, site }) {
      const wire = open();
      wire.send(get(PAGE));
      const first = await wire.answer();
      expectAnswer(first, 200, content(site, PAGE));
      for (let i = 0; i < 5; i++) {
        wire.send(get(PAGE, `If-None-Match: ${first.fields.get('etag') ?? ''}\r\n`));
        expectAnswer(await wire.answer(), 304);
      }
      wire.send(`HEAD ${PAGE} HTTP/1.1\r\nHost: soak\r\n\r\n`);
      const head = await wire.answer('HEAD');
      expectAnswer(head, 200);
      insist(
        head.fields.get('content-length') === first.fields.get('content-length'),
        'HEAD with another length',
      );
      return 7;
    },
  },
  {
    name: 'listing',
    weight: 3,
    async run({ open }) {
      const wire = open();
      wire.send(get('/list/?format=json'));
      const answer = await wire.answer();
      expectAnswer(answer, 200);
      const text = answer.body.toString();
      insist(text.includes('"page.html"') && text.includes('"many-399.txt"'), 'a listing without its files');
      JSON.parse(text);
      return 1;
    },
  },
  {
    name: 'changing',
    weight: 4,
    async run({ open, site, name }) {
      const file = name();
      const wire = open();
      for (const version of ['first', 'second one', 'third']) {
        const text = Buffer.from(`${version} of ${file}`);
        const scratch = join(site.uploads, `${file}.new`);
        writeFileSync(scratch, text);
        renameSync(scratch, join(site.uploads, file));
        // The server keeps what it has read until a notice reports that the file was replaced.
        for (let i = 0; i < 2; i++) {
          wire.send(get(`/up/${file}`));
          expectAnswer(await wire.answer(), 200, text);
        }
      }
      wire.send(`DELETE /up/${file} HTTP/1.1\r\nHost: soak\r\n\r\n`);
      expectAnswer(await wire.answer(), 204);
      return 7;
    },
  },
];
