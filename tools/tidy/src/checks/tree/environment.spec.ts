import { report } from '../../problem.ts';
import { makeWorkspace } from '../../workspace.ts';
import { environment } from '../tree/environment.ts';

function found(code: string, path = 'libs/a/src/a.spec.ts'): string {
  const nx = '{ "namedInputs": { "surroundings": [{ "env": "SEEDS" }] } }';
  return report(environment.run(makeWorkspace({ 'nx.json': nx, [path]: code })));
}

describe('environment', () => {
  it.each([
    ["Number(process.env['SECONDS'] ?? 1);", 'SECONDS'],
    ['process.env.SECONDS;', 'SECONDS'],
    ['const { SECONDS } = process.env;', 'SECONDS'],
    ["process.env['SEEDS'];\nprocess.env['SECONDS'];", 'SECONDS'],
  ])('finds %j', (code, name) => {
    expect(found(code)).toContain(`${name} is not an input of test`);
  });

  it.each([
    ["process.env['SEEDS'];", undefined],
    ['const env = { ...process.env };', undefined],
    ["process.env['PATH'];", undefined],
    ["process.env['SECONDS'];", 'libs/a/src/a.ts'],
  ])('passes %j', (code, path) => {
    expect(found(code, path)).toBe('');
  });
});
