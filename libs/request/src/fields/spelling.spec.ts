import fc from 'fast-check';
import { TOKEN } from '../bytes/chars.ts';
import { wordsOf } from '../bytes/scan.ts';
import { bytesOf } from '../testing/feeding.ts';
import { FieldId, fieldId } from './field-id.ts';
import { spelledId, spelledSize, spellingAt } from './spelling.ts';

const NAMES = Object.entries(FieldId)
  .filter(([, id]) => id !== FieldId.UNKNOWN && id !== FieldId.TE)
  .map(([constant, id]) => [constant.toLowerCase().replaceAll('_', '-'), id] as const);
const OTHERS = ['sec-fetch-dest', 'upgrade-insecure-requests', 'dnt', 'via', 'x-forwarded-for', 'priority'];

function spelled(line: string): readonly [size: number, id: number] {
  const bytes = bytesOf(`>>>${line}`);
  const spelling = spellingAt(wordsOf(bytes), 3, bytes.length);
  return [spelledSize(spelling), spelledId(spelling)];
}

it.each([...NAMES, ...OTHERS.map((name) => [name, FieldId.UNKNOWN] as const)])('%s is known', (name, id) => {
  for (const written of [name, name.toUpperCase(), name[0]?.toUpperCase() + name.slice(1)]) {
    expect(spelled(`${written}: v\r\n`)).toEqual([name.length + 1, id]);
    expect(spelled(`${written}:`)).toEqual([name.length + 1, id]);
    expect(spelled(written)).toEqual([0, FieldId.UNKNOWN]);
    expect(spelled(`${written} : v`)).toEqual([0, FieldId.UNKNOWN]);
  }
});

it('a byte of another kind is none of a name: a CR is no hyphen, a control no letter', () => {
  for (const name of [...NAMES.map(([known]) => known), ...OTHERS]) {
    for (let at = 0; at < name.length; at++) {
      for (let c = 0; c < 256; c++) {
        if (String.fromCharCode(c).toLowerCase() === name[at]) continue;
        const line = `${name.slice(0, at)}${String.fromCharCode(c)}${name.slice(at + 1)}: v\r\n`;
        const [size, id] = spelled(line);
        // What stands before a colon in the midst of it may be a shorter one.
        const known = line.slice(0, Math.max(0, size - 1)).toLowerCase();
        const meant = NAMES.find(([other]) => other === known)?.[1] ?? FieldId.UNKNOWN;
        if (size > 0) expect([line, line[size - 1], id]).toEqual([line, ':', meant]);
      }
    }
  }
});

it('what is known is a token with a colon behind it, and has the id that its name has', () => {
  const name = fc.constantFrom(...NAMES.map(([known]) => known), ...OTHERS);
  const noise = fc.uint8Array({ maxLength: 3 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
  fc.assert(
    fc.property(name, fc.nat(), noise, fc.boolean(), (known, at, more, cut) => {
      const place = at % (known.length + 1);
      const line = `${known.slice(0, place)}${more}${known.slice(cut ? place + more.length : place)}: v`;
      const [size, id] = spelled(line);
      if (size === 0) return true;
      const bytes = bytesOf(line);
      const isName = bytes[size - 1] === 0x3a && bytes.subarray(0, size - 1).every((c) => TOKEN[c] !== 0);
      return isName && fieldId(bytes, 0, size - 1) === id;
    }),
    { numRuns: 5000 },
  );
});
