import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hex } from '../testing/bytes.ts';
import { HpackDecoder } from './hpack-decoder.ts';

/*
 * The stories of http2jp/hpack-test-case: what eight other encoders have written. They are 70 MB, so they are not here. The
 * variable names their folder, as the npm package `hpack` has it in test/hpack-test-case.
 */
const STORIES = process.env['WEBSERV_HPACK_STORIES'] ?? '';

/** These follow the static table of an older draft. */
const OLDER = new Set(['hyper-hpack', 'node-http2-protocol', 'twitter-hpack']);

interface Case {
  readonly wire?: string;
  readonly header_table_size?: number;
  readonly headers: readonly Readonly<Record<string, string>>[];
}

function storiesOf(folder: string): [story: string, cases: readonly Case[]][] {
  return readdirSync(join(STORIES, folder))
    .filter((file) => file.endsWith('.json'))
    .map((file) => [file, JSON.parse(readFileSync(join(STORIES, folder, file), 'utf8')).cases]);
}

function encoders(): string[] {
  if (!existsSync(STORIES)) return [];
  return readdirSync(STORIES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !OLDER.has(entry.name) && entry.name !== 'util')
    .map((entry) => entry.name)
    .filter((folder) => storiesOf(folder).some(([, cases]) => cases[0]?.wire !== undefined));
}

const FOLDERS = encoders();
// Without the stories there is nothing to read. Each folder takes about a second.
const given = FOLDERS.length > 0 ? describe : describe.skip;

given('the stories', () => {
  it.each(FOLDERS.length > 0 ? FOLDERS : [''])('of %s', (folder) => {
    let blocks = 0;
    for (const [story, cases] of storiesOf(folder)) {
      const decoder = new HpackDecoder(1 << 20);
      let limit = 4096;
      for (const { wire = '', header_table_size: size = limit, headers } of cases) {
        if (size !== limit) decoder.setLimit(size);
        limit = size;
        const bytes = hex(wire);
        expect([story, decoder.decode(bytes, 0, bytes.length), decoder.error]).toEqual([story, true, null]);
        const read = decoder.fields.slice(0, decoder.count).map(({ name, value }) => ({ [name]: value }));
        expect(read).toEqual(headers.map((field) => latin1(field)));
        blocks++;
      }
    }
    expect(blocks).toBeGreaterThan(100);
  });
});

function latin1(field: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(field).map(([name, value]) => [name, Buffer.from(value, 'utf8').toString('latin1')]),
  );
}
