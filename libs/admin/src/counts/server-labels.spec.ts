import { serverLabels } from './server-labels.ts';

const named = (names: string[], key: string) => ({ names, listens: [{ key }] });

describe('serverLabels', () => {
  it('is the first name, or the first address', () => {
    expect(
      serverLabels([named(['A.example', 'b.example'], '0.0.0.0:80'), named([], '127.0.0.1:81')]),
    ).toEqual(['a.example', '127.0.0.1:81']);
  });

  it('is of one server alone', () => {
    const servers = [
      named(['a'], '0.0.0.0:80'),
      named(['a'], '0.0.0.0:81'),
      named(['A'], '0.0.0.0:81'),
      named([], '0.0.0.0:80'),
    ];
    expect(serverLabels(servers)).toEqual([
      'a 0.0.0.0:80',
      'a 0.0.0.0:81 #1',
      'a 0.0.0.0:81 #2',
      '0.0.0.0:80',
    ]);
  });
});
