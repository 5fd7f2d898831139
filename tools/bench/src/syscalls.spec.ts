import { callRows, parseStrace, perRequest } from './syscalls.ts';

const OUTPUT = `% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 51.02    0.120000           1     20000       150 recvfrom
 40.00    0.100000           2     10000           sendto
  8.98    0.000001           0        40         2 epoll_wait
------ ----------- ----------- --------- --------- ----------------
100.00    0.220001           1     30040       152 total
`;

describe('parseStrace', () => {
  it('reads calls with and without errors, and not the total', () => {
    expect([...parseStrace(OUTPUT)]).toEqual([
      ['recvfrom', 20000],
      ['sendto', 10000],
      ['epoll_wait', 40],
    ]);
  });

  it('divides them by the requests and leaves rare ones out of the table', () => {
    const calls = perRequest('nginx', 10_000, parseStrace(OUTPUT));
    expect(calls.total).toBeCloseTo(3.004);
    expect(callRows([calls])[1]).toEqual(['nginx', '3.00', 'recvfrom 2.00, sendto 1.00']);
  });
});
