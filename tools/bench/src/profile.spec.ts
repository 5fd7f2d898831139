import { allocationShares, timeShares } from './profile.ts';

function frame(functionName: string, url = 'file:///srv/dist/main.js', lineNumber = 9) {
  return { functionName, url, lineNumber, columnNumber: 3 };
}

describe('timeShares', () => {
  it('sums what each function took itself, and leaves waiting out', () => {
    const nodes = [
      { id: 1, callFrame: frame('(idle)', '', -1) },
      { id: 2, callFrame: frame('feed') },
      { id: 3, callFrame: frame('send', '', -1) },
      // The same function, called from elsewhere.
      { id: 4, callFrame: frame('feed') },
      { id: 5, callFrame: frame('') },
    ];
    expect(
      timeShares({ nodes, samples: [1, 2, 3, 4, 3, 5, 77], timeDeltas: [900, 10, 30, 20, 40, 5, 1] }),
    ).toEqual([
      { name: 'send', place: '', amount: 70 },
      { name: 'feed', place: 'main.js:10', amount: 30 },
      { name: '(anonymous)', place: 'main.js:10', amount: 5 },
    ]);
  });
});

describe('allocationShares', () => {
  it('names the source of what was bundled, where that is known', () => {
    const head = { callFrame: frame('line'), selfSize: 1, children: [] };
    const origin = (url: string, line: number, column: number) => `${url.slice(-7)} ${line} ${column}`;
    expect(allocationShares({ head }, origin)).toEqual([{ name: 'line', place: 'main.js 9 3', amount: 1 }]);
  });

  it('walks the tree', () => {
    const leaf = { callFrame: frame('line'), selfSize: 30, children: [] };
    const middle = { callFrame: frame('end'), selfSize: 0, children: [leaf, leaf] };
    const head = { callFrame: frame('(root)', '', -1), selfSize: 7, children: [middle] };
    expect(allocationShares({ head })).toEqual([
      { name: 'line', place: 'main.js:10', amount: 60 },
      { name: '(root)', place: '', amount: 7 },
    ]);
  });
});
