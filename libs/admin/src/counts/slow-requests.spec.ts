import { SlowRequests } from './slow-requests.ts';

function request(durationMs: number, endedAt = 0, target = '/a') {
  return { server: 's', method: 'GET', target, status: 200, durationMs, endedAt };
}

describe('SlowRequests', () => {
  it('keeps the slowest, the slowest first, and says from where on it is worth to ask', () => {
    const slow = new SlowRequests();
    expect(slow.floorMs).toBe(100);
    for (let ms = 101; ms <= 130; ms++) if (ms > slow.floorMs) slow.add(request(ms));
    expect(slow.list(0).map(({ durationMs }) => durationMs)).toEqual(
      Array.from({ length: 20 }, (_, i) => 130 - i),
    );
    expect(slow.floorMs).toBe(111);
  });

  it('forgets them after an hour', () => {
    const slow = new SlowRequests();
    slow.add(request(500, 1000));
    expect(slow.list(3_600_999)).toHaveLength(1);
    expect(slow.list(3_601_000)).toEqual([]);
    expect(slow.floorMs).toBe(100);
  });

  it('keeps no more of a target than a reader needs', () => {
    const slow = new SlowRequests();
    slow.add(request(500, 0, `/${'x'.repeat(9000)}`));
    expect(slow.list(0)[0]?.target).toHaveLength(200);
  });
});
