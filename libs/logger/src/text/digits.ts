const ZERO = 0x30;
const POINT = 0x2e;
/** The largest value whose digits are computed with integers alone. */
const INT32 = 0x7fff_ffff;
/** Most bytes of a number: seventeen digits, a sign, a point and an exponent. */
export const LONGEST_NUMBER = 24;

/** Writes an integer in decimal digits. @returns the index behind them */
export function putInteger(bytes: Buffer, at: number, value: number): number {
  if (!(value >= 0 && value <= INT32)) return at + bytes.write(String(value), at, 'latin1');
  let rest = value | 0;
  let end = at + 1;
  for (let power = 10; power <= rest; power *= 10) end++;
  for (let place = end - 1; place >= at; place--) {
    const tens = (rest / 10) | 0;
    bytes[place] = ZERO + (rest - tens * 10);
    rest = tens;
  }
  return end;
}

/** Writes milliseconds with two decimals, `0.38`. @returns the index behind them */
export function putMilliseconds(bytes: Buffer, at: number, duration: number): number {
  // Whole hundredths fit an int32 up to 5.5 hours.
  if (!(duration >= 0 && duration < 2e7)) return putInteger(bytes, at, Math.round(duration) || 0);
  const hundredths = (duration * 100 + 0.5) | 0;
  const whole = (hundredths / 100) | 0;
  const part = hundredths - whole * 100;
  const tens = (part / 10) | 0;
  const point = putInteger(bytes, at, whole);
  bytes[point] = POINT;
  bytes[point + 1] = ZERO + tens;
  bytes[point + 2] = ZERO + (part - tens * 10);
  return point + 3;
}
