import { parseArgs } from 'node:util';

/** What one run does. */
export interface Options {
  /** Names of targets; empty for all. */
  readonly targets: readonly string[];
  /** Seconds for all targets together. */
  readonly seconds: number;
  readonly seed: number;
  /** A number of executions for each target instead of a time; 0 for a time. */
  readonly runs: number;
  /** The folder of the corpus. */
  readonly corpus: string;
  /** Writes the inputs that were found into the corpus. */
  readonly save: boolean;
  /** One input, as a line of a corpus, that runs instead of all this; '' for none. */
  readonly input: string;
}

export const USAGE = `usage: npm run fuzz -w tools/fuzz -- [options]
  --seconds=N     for all targets together, in turns (60)
  --target=LIST   which ones (all)
  --seed=N        where chance begins; the same seed over the same corpus does the same (1)
  --runs=N        executions of each target instead of a time
  --corpus=FOLDER where inputs to begin with lie (corpus)
  --save          keep in the corpus what reaches new code
  --input=JSON    run one input, a line of a corpus, against --target and show what comes of it
`;

/** Reads the options in `args`. @throws if they are not valid */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '60' },
      target: { type: 'string', default: '' },
      seed: { type: 'string', default: '1' },
      runs: { type: 'string', default: '0' },
      corpus: { type: 'string', default: 'corpus' },
      save: { type: 'boolean', default: false },
      input: { type: 'string', default: '' },
    },
  });
  return {
    targets: values.target.split(',').filter((name) => name !== ''),
    seconds: number('seconds', values.seconds),
    seed: number('seed', values.seed),
    runs: number('runs', values.runs),
    corpus: values.corpus,
    save: values.save,
    input: values.input,
  };
}

function number(name: string, text: string): number {
  const value = Number(text);
  if (text !== '' && Number.isInteger(value) && value >= 0) return value;
  throw new Error(`--${name} ${text}: a whole number was expected`);
}
