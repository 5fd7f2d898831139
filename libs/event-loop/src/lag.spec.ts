import { Lag } from './host.ts';

it('keeps the longest since the start, and since it was taken last', () => {
  const lag = new Lag();
  expect([lag.longest, lag.take()]).toEqual([0, 0]);
  for (const ms of [2, 5, -1, 3]) lag.note(ms);
  expect([lag.longest, lag.take(), lag.take()]).toEqual([5, 5, 0]);
  lag.note(4);
  expect([lag.longest, lag.take()]).toEqual([5, 4]);
});
