import { LogWriters } from './log-writers.ts';

describe('log writers', () => {
  const writers = new LogWriters();

  it('are shared where file and form are the same', () => {
    expect(writers.access(null, 'combined')).toBe(writers.access(null, 'combined'));
    expect(writers.error(null, 'warn', 'text')).toBe(writers.error(null, 'warn', 'text'));
  });

  it('are apart where the form differs', () => {
    expect(writers.access(null, 'json')).not.toBe(writers.access(null, 'combined'));
    expect(writers.error(null, 'warn', 'json')).not.toBe(writers.error(null, 'warn', 'text'));
    expect(writers.error(null, 'info', 'text')).not.toBe(writers.error(null, 'warn', 'text'));
  });
});
