import { readValues, valuesQuestion } from './values.ts';

function answer(type: number, pairs: string, id = 0): Buffer {
  return Buffer.concat([
    Buffer.of(1, type, id >> 8, id, 0, pairs.length, 0, 0),
    Buffer.from(pairs, 'latin1'),
  ]);
}

describe('the values of an application', () => {
  it('are asked for in a record of the connection', () => {
    expect(valuesQuestion().toString('latin1')).toBe(`\x01\x09\0\0\0\x10\0\0\x0e\0FCGI_MAX_CONNS`);
  });

  it.each([
    [answer(10, '\x0e\x02FCGI_MAX_CONNS16'), 16],
    [answer(10, '\x0f\x01FCGI_MPXS_CONNS0\x0e\x01FCGI_MAX_CONNS5'), 5],
    [answer(10, ''), -1],
    [answer(10, '\x0e\x09FCGI_MAX_CONNSmany'), -1],
    [answer(11, '\x09\0\0\0\0\0\0\0'), -1],
    [answer(6, 'x'), null],
    [answer(10, '', 1), null],
    [Buffer.from('HTTP/1.1 400 Bad Request\r\n'), null],
    [Buffer.alloc(0), null],
    [Buffer.of(1, 10, 0), null],
  ])('%j', (bytes, expected) => {
    expect(readValues(bytes)).toBe(expected);
  });
});
