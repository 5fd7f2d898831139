import { mergeStatuses } from './merge-status.ts';

it('adds what is counted, and joins rows of the same server', () => {
  const one = {
    totals: { requests: 1 },
    servers: [{ server: 'a', requests: 1, p99Ms: 5 }],
    slowRequests: [{ server: 'a', durationMs: 3 }],
    process: { version: '1', pid: 7, cpuSeconds: 1 },
    workers: [{ worker: '1 of 2' }],
  };
  const other = {
    totals: { requests: 2 },
    servers: [
      { server: 'b', requests: 9, p99Ms: 1 },
      { server: 'a', requests: 4, p99Ms: 2 },
    ],
    slowRequests: [{ server: 'a', durationMs: 8 }],
    process: { version: '1', pid: 8, cpuSeconds: 2 },
  };
  expect(mergeStatuses([one, other])).toEqual({
    totals: { requests: 3 },
    servers: [
      { server: 'a', requests: 5, p99Ms: 5 },
      { server: 'b', requests: 9, p99Ms: 1 },
    ],
    slowRequests: [
      { server: 'a', durationMs: 8 },
      { server: 'a', durationMs: 3 },
    ],
    process: { version: '1', pid: 7, cpuSeconds: 3 },
    workers: [{ worker: '1 of 2' }],
  });
});
