const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

function two(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}

/** Returns the offset from UTC as `+0900`, or with a colon as `+09:00`. */
function zone(date: Date, colon: string): string {
  const east = -date.getTimezoneOffset();
  const minutes = Math.abs(east);
  return `${east < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${colon}${two(minutes % 60)}`;
}

/** The source of the elapsed time: a loop, which updates its `now` once a tick, or an object like it. */
interface TimeSource {
  /** Milliseconds since an arbitrary moment. */
  readonly now: number;
}

/** The wall clock itself: exact at any moment, for a system call each time. */
const WALL: TimeSource = {
  get now() {
    return Date.now();
  },
};

/** The time of day as logs write it, in the server's time zone. Each form is built once a second. */
export class LogClock {
  /** `22/Nov/2026:10:11:12 +0000` */
  combined = '';
  /** `2026-11-22T10:11:12+00:00` */
  iso = '';
  /** `2026/11/22 10:11:12` */
  text = '';
  /** `Nov 22 10:11:12`, of RFC 3164 section 4.1.2 */
  bsd = '';
  private readonly source: TimeSource;
  private readonly wall: () => number;
  /** In the source's time: the moment when the forms were built, and the moment until which they hold. */
  private begin = Number.POSITIVE_INFINITY;
  private end = Number.NEGATIVE_INFINITY;

  /**
   * @param source the time that decides when to read the wall clock again. A loop costs nothing and is exact to a tick; a
   *   wall clock that was set is followed within a second
   * @param wall returns milliseconds since 1970; a test supplies its own
   */
  constructor(source: TimeSource = WALL, wall: () => number = Date.now) {
    this.source = source;
    this.wall = wall;
  }

  /** Brings the forms up to date. */
  update(): void {
    const { now } = this.source;
    if (now >= this.end || now < this.begin) this.build(now);
  }

  private build(now: number): void {
    const wall = this.wall();
    const past = ((wall % 1000) + 1000) % 1000;
    this.begin = now;
    this.end = now + 1000 - past;
    const date = new Date(wall - past);
    const year = String(date.getFullYear()).padStart(4, '0');
    const month = two(date.getMonth() + 1);
    const day = two(date.getDate());
    const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
    this.combined = `${day}/${MONTHS[date.getMonth()]}/${year}:${time} ${zone(date, '')}`;
    this.iso = `${year}-${month}-${day}T${time}${zone(date, ':')}`;
    this.text = `${year}/${month}/${day} ${time}`;
    this.bsd = `${MONTHS[date.getMonth()]} ${String(date.getDate()).padStart(2, ' ')} ${time}`;
  }
}
