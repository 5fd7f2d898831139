import { join } from 'node:path';
import { readCorpus } from './corpus.ts';
import { TARGETS } from './targets/all.ts';

const CORPUS = join(__dirname, '../corpus');

/** Runs every input that fuzzing has kept against the libraries, so that a fixed fault stays fixed. */
describe.each(TARGETS.map((target) => [target.name, target] as const))('%s', (name, target) => {
  it('holds for its seeds and its corpus', () => {
    const inputs = [...target.seeds.map((seed) => Buffer.from(seed, 'latin1')), ...readCorpus(CORPUS, name)];
    expect(inputs.length).toBeGreaterThan(target.seeds.length);
    for (const input of inputs) {
      try {
        target.run(input);
      } catch (error) {
        throw new Error(`${JSON.stringify(input.toString('latin1'))}: ${(error as Error).message}`);
      }
    }
  });

  it('holds for the empty input and for each single byte', () => {
    expect(() => {
      target.run(Buffer.alloc(0));
      for (let byte = 0; byte < 256; byte++) target.run(Buffer.of(byte));
    }).not.toThrow();
  });
});
