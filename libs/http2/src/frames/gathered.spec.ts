import { latin1Of } from '../testing/bytes.ts';
import { Gathered } from './gathered.ts';

describe('gathered bytes', () => {
  it('lie behind each other', () => {
    const gathered = new Gathered();
    let text = '';
    for (let index = 0; index < 3000; index++) {
      const c = index & 0x7f;
      gathered.add(Uint8Array.of(0, c, 0), 1, 2);
      text += String.fromCharCode(c);
    }
    expect(latin1Of(gathered.bytes.subarray(0, gathered.size))).toBe(text);
  });

  it('pin no more than twice what has come, and nothing once they are forgotten', () => {
    const gathered = new Gathered();
    gathered.add(new Uint8Array(20), 0, 20);
    expect(gathered.bytes.length).toBeLessThan(1024);
    gathered.add(new Uint8Array(10_000), 0, 10_000);
    expect(gathered.bytes.length).toBeLessThanOrEqual(20_040);
    gathered.clear();
    expect([gathered.size, gathered.bytes.length]).toEqual([0, 0]);
  });
});
