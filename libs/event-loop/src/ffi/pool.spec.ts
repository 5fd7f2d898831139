import { threadsOf } from './pool.ts';

it.each([
  [undefined, 4],
  ['', 1],
  ['0', 1],
  ['1', 1],
  ['2', 2],
  ['16', 16],
  [' 3', 3],
  ['3 threads', 3],
  ['many', 1],
  ['1024', 1024],
  ['100000', 1024],
  ['-1', 1024],
])('UV_THREADPOOL_SIZE=%s is %d threads', (text, count) => {
  expect(threadsOf(text)).toBe(count);
});
