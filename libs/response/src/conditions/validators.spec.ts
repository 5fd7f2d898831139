import fc from 'fast-check';
import {
  entityTag,
  fileValidators,
  formatLastModified,
  isEntityTag,
  isFaked,
  isSettled,
  lastModified,
  matchEntityTags,
  strongEtag,
  strongMatch,
  weakMatch,
} from './validators.ts';

const stamp = { mtimeMs: 1_700_000_000_123.456, size: 1024, ino: 77 };

describe('entity tags of files', () => {
  it('are entity tags, and change with every part of the stamp', () => {
    const tags = [stamp, { ...stamp, mtimeMs: stamp.mtimeMs + 0.001 }, { ...stamp, size: 1025 }].map((each) =>
      strongEtag(each),
    );
    tags.push(strongEtag(stamp, 'gzip'), strongEtag(stamp, 'br'));
    expect(new Set(tags).size).toBe(5);
    expect(tags.every(isEntityTag)).toBe(true);
    expect(strongEtag({ ...stamp })).toBe(tags[0]);
  });

  it('hold the time in microseconds and the size, to the base of 36', () => {
    const time = fc.oneof(
      fc.double({ min: -1e12, max: 9e12, noNaN: true }),
      fc.integer({ min: 0, max: 2_000_000 }).map((micros) => micros / 1000),
      fc.constantFrom(1e300, Number.MAX_SAFE_INTEGER),
    );
    fc.assert(
      fc.property(time, fc.maxSafeNat(), (mtimeMs, size) => {
        const expected = `"${Math.round(mtimeMs * 1000).toString(36)}-${size.toString(36)}"`;
        if (strongEtag({ mtimeMs, size }) !== expected) throw new Error(expected);
      }),
    );
  });

  it('are the same on another machine, where the file has another inode', () => {
    const copy = { ...stamp, ino: 78 };
    expect(strongEtag(copy)).toBe(strongEtag(stamp));
  });

  it.each([
    [0, true],
    [1, true],
    [999.9, true],
    [1000, true],
    [1999.999, true],
    [2000, false],
    [-0.1, false],
    [-1000, false],
    [315_532_800_000, false],
  ])('a file whose time is %d ms after the epoch has none: %s', (mtimeMs, faked) => {
    expect(isFaked(mtimeMs)).toBe(faked);
    const { etag, lastModified } = fileValidators({ ...stamp, mtimeMs }, 1_700_000_000_000);
    expect([etag === '', Number.isNaN(lastModified)]).toEqual([faked, faked]);
  });

  it.each([
    ['sub-second time, just now', stamp.mtimeMs, 0, false],
    ['sub-second time, 49 ms ago', stamp.mtimeMs, 49, false],
    ['sub-second time, 51 ms ago', stamp.mtimeMs, 51, true],
    ['whole second, 1.9 s ago', 1_700_000_000_000, 1999, false],
    ['whole second, 2 s ago', 1_700_000_000_000, 2000, true],
    ['in the future', stamp.mtimeMs, -60_000, false],
  ])('%s', (_name, mtimeMs, age, settled) => {
    const now = mtimeMs + age;
    expect(isSettled(mtimeMs, now)).toBe(settled);
    const tag = strongEtag({ ...stamp, mtimeMs });
    expect(entityTag({ ...stamp, mtimeMs }, now)).toBe(settled ? tag : `W/${tag}`);
  });
});

describe('lastModified', () => {
  it.each([
    ['is cut to seconds', 5_999.9, 60_000, 5_000],
    ['is never after now', 90_000, 60_500, 60_000],
    ['may lie before the epoch', -1, 60_000, -1_000],
  ])('%s', (_name, mtimeMs, now, expected) => {
    expect(lastModified(mtimeMs, now)).toBe(expected);
  });

  it('is written as a date', () => {
    const validators = fileValidators({ mtimeMs: 784_111_777_500, size: 1, ino: 2 }, 1_700_000_000_000);
    expect(formatLastModified(validators)).toBe('Sun, 06 Nov 1994 08:49:37 GMT');
  });
});

describe('comparison (RFC 9110 section 8.8.3.2)', () => {
  it.each([
    ['W/"1"', 'W/"1"', false, true],
    ['W/"1"', 'W/"2"', false, false],
    ['W/"1"', '"1"', false, true],
    ['"1"', 'W/"1"', false, true],
    ['"1"', '"1"', true, true],
    ['"1"', '"2"', false, false],
  ])('%s and %s: strong %s, weak %s', (a, b, strong, weak) => {
    expect(strongMatch(a, b)).toBe(strong);
    expect(weakMatch(a, b)).toBe(weak);
  });
});

describe('matchEntityTags', () => {
  it.each([
    ['*', '"a"', 'any'],
    ['"a"', '"a"', 'match'],
    ['W/"a"', '"a"', 'match'],
    ['"b"', '"a"', 'no-match'],
    ['"b", "a"', '"a"', 'match'],
    ['"b","a"', '"a"', 'match'],
    [', ,"b" ,\t"a", ', '"a"', 'match'],
    ['"a,b"', '"a,b"', 'match'],
    ['"a,b"', '"a"', 'no-match'],
    ['""', '""', 'match'],
    ['"\u00e9"', '"\u00e9"', 'match'],
    ['"\\"', '"\\"', 'match'],
    ['"a"', '', 'no-match'],
    ['', '"a"', 'invalid'],
    [' , ', '"a"', 'invalid'],
    ['a', '"a"', 'invalid'],
    ['"a', '"a"', 'invalid'],
    ['w/"a"', '"a"', 'invalid'],
    ['W/ "a"', '"a"', 'invalid'],
    ['"a b"', '"a"', 'invalid'],
    ['"a" "b"', '"a"', 'invalid'],
    ['"a", b', '"a"', 'invalid'],
    ['*, "a"', '"a"', 'invalid'],
    ['"a", *', '"a"', 'invalid'],
    ['**', '"a"', 'invalid'],
    ['"\u0100"', '"a"', 'invalid'],
    ['"\x7f"', '"a"', 'invalid'],
  ])('%j against %j: %s', (value, current, expected) => {
    expect(matchEntityTags(value, current, 'weak')).toBe(expected);
  });

  it('compares strongly where asked to', () => {
    expect(matchEntityTags('W/"a"', 'W/"a"', 'strong')).toBe('no-match');
    expect(matchEntityTags('W/"a", "a"', '"a"', 'strong')).toBe('match');
  });

  it('finds a tag exactly where the list has it', () => {
    const tag = fc
      .tuple(fc.boolean(), fc.constantFrom('', 'a', 'b', 'a,b', ',', 'W/'))
      .map(([weak, text]) => {
        return `${weak ? 'W/' : ''}"${text}"`;
      });
    const separator = fc.constantFrom(',', ', ', ' , ', ',,', ', ,\t');
    fc.assert(
      fc.property(fc.array(tag, { minLength: 1 }), separator, tag, (tags, between, current) => {
        const list = tags.join(between);
        const strong = tags.some((t) => t === current && !t.startsWith('W/'));
        const bare = (t: string) => t.replace(/^W\//, '');
        const weak = tags.some((t) => bare(t) === bare(current));
        expect(matchEntityTags(list, current, 'strong')).toBe(strong ? 'match' : 'no-match');
        expect(matchEntityTags(list, current, 'weak')).toBe(weak ? 'match' : 'no-match');
      }),
    );
  });
});
