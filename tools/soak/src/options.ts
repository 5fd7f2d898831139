import { parseArgs } from 'node:util';

/** What one run does. */
export interface Options {
  /** How long the load lasts. */
  readonly seconds: number;
  /** Clients at once. */
  readonly clients: number;
  readonly seed: number;
  /** Seconds between two samples. */
  readonly every: number;
  /** The driver, as a config names it after `use`. */
  readonly use: string;
  /** Folder of the CSV and the SVG. */
  readonly out: string;
}

export const USAGE = `usage: npm run soak -w tools/soak -- [options]
  --minutes=N   how long the load lasts (30); parts of a minute as 0.5
  --clients=N   clients at once (24)
  --seed=N      which requests come (1)
  --every=N     seconds between two samples (minutes / 6, at least 1)
  --use=DRIVER  the driver (auto)
  --out=FOLDER  where soak.csv and soak.svg go (dist)
`;

/** Reads the options in `args`. @throws if they are not valid */
export function parseOptions(args: readonly string[]): Options {
  const text = (value: string) => ({ type: 'string', default: value }) as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: text('30'),
      clients: text('24'),
      seed: text('1'),
      every: text(''),
      use: text('auto'),
      out: text('dist'),
    },
  });
  const minutes = number('minutes', values.minutes, 0.05);
  return {
    seconds: minutes * 60,
    clients: number('clients', values.clients, 1),
    seed: number('seed', values.seed, 0),
    every: values.every === '' ? Math.max(1, minutes / 6) : number('every', values.every, 0.1),
    use: values.use,
    out: values.out,
  };
}

function number(name: string, text: string, least: number): number {
  const value = Number(text);
  if (text !== '' && Number.isFinite(value) && value >= least) return value;
  throw new Error(`--${name} ${text}: a number from ${least} was expected`);
}
