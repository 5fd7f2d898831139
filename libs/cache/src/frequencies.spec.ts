import { Frequencies, halved, MOST } from './frequencies.ts';

describe('Frequencies', () => {
  it('count each key for itself', () => {
    const asked = new Frequencies(1024);
    for (let n = 0; n < 300; n++) expect(asked.add(`/folder/page-${n}.html`)).toBe(1);
    expect(asked.add('/folder/page-7.html')).toBe(2);
    expect(asked.of('/folder/page-7.html')).toBe(2);
    expect(asked.of('/folder/page-8.html')).toBe(1);
    expect(asked.of('/folder/none')).toBe(0);
  });

  it('halve every count with each period', () => {
    const asked = new Frequencies(64);
    asked.set('a', 40);
    asked.period += 3;
    expect(asked.of('a')).toBe(5);
    expect(asked.add('a')).toBe(6);
    asked.period += 13;
    expect(asked.of('a')).toBe(0);
  });

  it('keep a key that is popular through a scan, and forget those that were asked for once', () => {
    const asked = new Frequencies(1024);
    for (let n = 0; n < 1000; n++) asked.add('popular');
    asked.add('once');
    for (let n = 0; n < 20_000; n++) asked.add(`scan ${n}`);
    expect(asked.of('popular')).toBeGreaterThan(500);
    expect(asked.of('once')).toBe(0);
  });

  it('count no further than there is room', () => {
    const asked = new Frequencies(64);
    asked.set('a', MOST - 1);
    expect(asked.add('a')).toBe(MOST);
    expect(asked.add('a')).toBe(MOST);
    expect(halved(MOST, 12)).toBe(0);
    expect(halved(MOST, 40)).toBe(0);
  });
});
