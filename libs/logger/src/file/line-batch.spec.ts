import fc from 'fast-check';
import { LineBatch } from './line-batch.ts';

function contents(batch: LineBatch): string {
  batch.seal();
  return batch.memory.bytes.toString('utf8', 0, batch.length);
}

describe('LineBatch', () => {
  it('holds lines of both kinds in order, and counts them', () => {
    const batch = new LineBatch(100, 1000);
    expect(batch.appendAscii('one\n')).toBe(true);
    expect(batch.appendText('둘 ü\n')).toBe(true);
    expect(batch.appendAscii('three\n')).toBe(true);
    expect(contents(batch)).toBe('one\n둘 ü\nthree\n');
    expect(batch.lines).toBe(3);
    expect(batch.length).toBe(Buffer.byteLength('one\n둘 ü\nthree\n'));
  });

  it('is as new after clear, what was not sealed included', () => {
    const batch = new LineBatch(100, 1000);
    batch.appendAscii('old\n');
    batch.clear();
    batch.appendAscii('new\n');
    expect(contents(batch)).toBe('new\n');
    expect(batch.lines).toBe(1);
  });

  it('keeps everything while it grows, and refuses what passes its limit', () => {
    const batch = new LineBatch(10, 20_000);
    let expected = '';
    let line = '';
    for (let index = 0; ; index++) {
      line = `${index} ${'.'.repeat(index % 200)}\n`;
      if (!batch.appendAscii(line)) break;
      expected += line;
    }
    expect(expected.length).toBeGreaterThan(19_000);
    expect(expected.length + line.length).toBeGreaterThan(20_000);
    expect(contents(batch)).toBe(expected);
    expect(batch.memory.size).toBeLessThanOrEqual(20_000);
    // A shorter one still fits: refusing has changed nothing.
    expect(batch.appendAscii('\n')).toBe(true);
    expect(contents(batch)).toBe(`${expected}\n`);
  });

  it('weighs text by its bytes, not by its characters', () => {
    const batch = new LineBatch(9, 9);
    expect(batch.appendText('가가\n')).toBe(true);
    expect(batch.appendText('가\n')).toBe(false);
    expect(batch.appendText('a\n')).toBe(true);
    expect(contents(batch)).toBe('가가\na\n');
  });

  it('counts the lines that end at or after a byte', () => {
    const batch = new LineBatch(100, 1000);
    batch.appendAscii('ab\ncd\nef\n');
    batch.seal();
    expect([0, 2, 3, 8, 9].map((from) => batch.linesFrom(from))).toEqual([3, 3, 2, 1, 0]);
  });

  it('gives back what it took, however the kinds of line alternate', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.constant('x'.repeat(5000)))), (texts) => {
        const batch = new LineBatch(64, 1 << 20);
        let expected = '';
        for (const [index, text] of texts.entries()) {
          const line = `${text}\n`;
          expect(index % 2 === 0 ? batch.appendAscii(line) : batch.appendText(line)).toBe(true);
          expected += line;
        }
        expect(contents(batch)).toBe(expected);
      }),
    );
  });
});
