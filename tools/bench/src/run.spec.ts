import { endRuns, run } from './run.ts';

describe('run', () => {
  it('hands back the code and both outputs', async () => {
    const code = "console.log('out'); console.error('err'); process.exitCode = 3";
    expect(await run([process.execPath, '-e', code])).toEqual({ code: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  it('answers for a program that does not exist', async () => {
    expect(await run(['/nowhere/program'])).toMatchObject({
      code: -1,
      stderr: expect.stringContaining('ENOENT'),
    });
  });

  it('can be cut short', async () => {
    const running = run([process.execPath, '-e', 'setInterval(() => {}, 1000)']);
    endRuns();
    expect(await running).toMatchObject({ code: -1 });
  });
});
