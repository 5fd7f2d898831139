import { LogClock } from './log-clock.ts';

/** A clock whose source is a loop's time: some thousands when the wall clock says `start`. */
function clockAt(start: number): { clock: LogClock; set: (wall: number, now?: number) => void } {
  const source = { now: 5000 };
  let wall = start;
  const set = (next: number, now = source.now + next - wall): void => {
    source.now = now;
    wall = next;
  };
  return { clock: new LogClock(source, () => wall), set };
}

/** The zone of a date as this machine has it, worked out another way: from what toString shows. */
function zoneOf(date: Date): string {
  return (/GMT([+-]\d{4})/.exec(date.toString()) as RegExpExecArray)[1] as string;
}

describe('LogClock', () => {
  const date = new Date(2026, 10, 2, 3, 4, 5, 678);

  it('writes the three forms, in local time', () => {
    const { clock } = clockAt(date.getTime());
    clock.update();
    const zone = zoneOf(date);
    expect(clock.combined).toBe(`02/Nov/2026:03:04:05 ${zone}`);
    expect(clock.iso).toBe(`2026-11-02T03:04:05${zone.slice(0, 3)}:${zone.slice(3)}`);
    expect(clock.text).toBe('2026/11/02 03:04:05');
    expect(new Date(clock.iso).getTime()).toBe(date.getTime() - 678);
  });

  it.each([
    [-540, '+0900', '+09:00'],
    [210, '-0330', '-03:30'],
    [0, '+0000', '+00:00'],
    [-345, '+0545', '+05:45'],
  ])('writes an offset of %d minutes as %s', (offset, combined, iso) => {
    const spy = jest.spyOn(Date.prototype, 'getTimezoneOffset').mockReturnValue(offset);
    const { clock } = clockAt(date.getTime());
    clock.update();
    spy.mockRestore();
    expect(clock.combined.slice(-5)).toBe(combined);
    expect(clock.iso.slice(-6)).toBe(iso);
  });

  it('builds them once a second', () => {
    const second = date.getTime() - 678;
    const { clock, set } = clockAt(second + 1);
    const build = jest.spyOn(Date.prototype, 'getFullYear');
    for (const wall of [second + 1, second + 2, second + 999]) {
      set(wall);
      clock.update();
    }
    expect(build).toHaveBeenCalledTimes(1);
    set(second + 1000);
    clock.update();
    expect(clock.text).toBe('2026/11/02 03:04:06');
    expect(build).toHaveBeenCalledTimes(2);
    build.mockRestore();
  });

  it('follows a wall clock that was set, within a second', () => {
    const second = date.getTime() - 678;
    const { clock, set } = clockAt(second);
    clock.update();
    set(second - 7_200_000, 5999);
    clock.update();
    expect(clock.text).toBe('2026/11/02 03:04:05');
    set(second - 7_199_999, 6000);
    clock.update();
    expect(clock.text).toBe('2026/11/02 01:04:05');
  });

  it('goes by the wall clock itself where it has no loop', () => {
    const now = jest.spyOn(Date, 'now').mockReturnValue(date.getTime());
    const clock = new LogClock();
    clock.update();
    now.mockReturnValue(date.getTime() - 1000);
    clock.update();
    expect(clock.text).toBe('2026/11/02 03:04:04');
    now.mockRestore();
  });
});
