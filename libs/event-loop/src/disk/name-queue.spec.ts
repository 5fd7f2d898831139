import { NameQueue } from './name-queue.ts';

describe('names that the disk is asked for', () => {
  let asked: string[];
  let answers: Map<string, () => void>;
  let heard: string[];
  let queue: NameQueue;

  beforeEach(() => {
    asked = [];
    answers = new Map();
    heard = [];
    const ask = (path: string, done: () => void): void => {
      asked.push(path);
      answers.set(path, done);
    };
    queue = new NameQueue(ask, 2, 3);
  });

  function added(path: string, as = path): () => void {
    const leave = queue.add(path, () => heard.push(as));
    if (leave === null) throw new Error(`${path} was refused`);
    return leave;
  }

  it('are few at once, in the order in which they came', () => {
    for (const path of ['a', 'b', 'c', 'd']) added(path);
    expect(asked).toEqual(['a', 'b']);
    answers.get('b')?.();
    expect([asked, heard]).toEqual([['a', 'b', 'c'], ['b']]);
    for (const path of ['a', 'c', 'd']) answers.get(path)?.();
    expect([asked, heard]).toEqual([
      ['a', 'b', 'c', 'd'],
      ['b', 'a', 'c', 'd'],
    ]);
  });

  it('are asked for once, however many wait', () => {
    for (const as of ['a1', 'a2', 'a3']) added('a', as);
    added('b');
    for (const as of ['c1', 'c2']) added('c', as);
    answers.get('a')?.();
    answers.get('c')?.();
    expect([asked, heard]).toEqual([
      ['a', 'b', 'c'],
      ['a1', 'a2', 'a3', 'c1', 'c2'],
    ]);
    added('a');
    expect(asked).toEqual(['a', 'b', 'c', 'a']);
  });

  it('have a bound of what waits, and take more when that is done or taken back', () => {
    for (const path of ['a', 'b', 'c', 'd']) added(path);
    const leave = added('e');
    expect(queue.add('f', () => {})).toBeNull();
    // What is asked for already costs no look.
    added('e', 'once more')();
    leave();
    added('f');
    expect(queue.add('g', () => {})).toBeNull();
    answers.get('a')?.();
    added('g');
    expect(asked).toEqual(['a', 'b', 'c']);
  });

  it('are not asked for once nobody waits', () => {
    const [a, , c] = ['a', 'b', 'c'].map((path) => added(path));
    const other = added('c', 'other');
    c?.();
    // Its look is under way: the thread cannot be called back, and a request that comes now shares it.
    a?.();
    added('a', 'later');
    answers.get('a')?.();
    expect([asked, heard]).toEqual([['a', 'b', 'c'], ['later']]);
    answers.get('c')?.();
    expect(heard).toEqual(['later', 'other']);
    other();
    const [d, e] = ['d', 'e'].map((path) => added(path));
    e?.();
    added('f')();
    d?.();
    d?.();
    answers.get('b')?.();
    expect([asked, heard]).toEqual([
      ['a', 'b', 'c', 'd'],
      ['later', 'other', 'b'],
    ]);
  });

  it('may be left while others are called back', () => {
    let leave = (): void => {};
    queue.add('a', () => leave());
    leave = added('a');
    answers.get('a')?.();
    expect(heard).toEqual([]);
  });
});
