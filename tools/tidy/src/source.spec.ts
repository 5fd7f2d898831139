import { Source } from './source.ts';

describe('Source', () => {
  it('counts lines as an editor does', () => {
    expect([
      new Source('a', 'x').length,
      new Source('a', 'x\n').length,
      new Source('a', 'x\n\ny').length,
    ]).toEqual([1, 1, 3]);
  });

  it('finds the line of a node behind text of several bytes a character', () => {
    const source = new Source('a.ts', "// 가나다 é 🙂\nconst s = '🙂🙂🙂';\n\nsecond();\n");
    const lines = source.nodes
      .filter(({ type }) => type === 'VariableDeclaration' || type === 'ExpressionStatement')
      .map(({ span }) => source.lineAt(span.start));
    expect(lines).toEqual([2, 4]);
  });

  it('has no nodes where the text does not parse', () => {
    expect(new Source('a.ts', 'const = ;').nodes).toEqual([]);
  });
});
