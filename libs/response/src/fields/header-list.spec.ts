import { HeaderList } from './header-list.ts';

describe('HeaderList', () => {
  const list = () => new HeaderList().append('A', '1').append('b', '2').append('a', '3').append('C', '4');

  it('keeps order and letter case', () => {
    expect(list().entries()).toEqual([
      ['A', '1'],
      ['b', '2'],
      ['a', '3'],
      ['C', '4'],
    ]);
    expect(list().count).toBe(4);
    expect(list().nameAt(1)).toBe('b');
    expect(list().valueAt(3)).toBe('4');
  });

  it('finds names whatever their letter case', () => {
    expect(list().get('B')).toBe('2');
    expect(list().get('a')).toBe('1');
    expect(list().has('c')).toBe(true);
    expect(list().get('d')).toBeUndefined();
    expect(list().has('[')).toBe(false);
  });

  it('sets one value in the place of all', () => {
    expect(list().set('a', '9').entries()).toEqual([
      ['A', '9'],
      ['b', '2'],
      ['C', '4'],
    ]);
    expect(list().set('d', '9').count).toBe(5);
  });

  it('removes every value of a name', () => {
    expect(list().remove('A').entries()).toEqual([
      ['b', '2'],
      ['C', '4'],
    ]);
    expect(list().remove('x').count).toBe(4);
  });
});
