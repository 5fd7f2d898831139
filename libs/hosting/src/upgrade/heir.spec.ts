import { Loop } from '@webserv/event-loop';
import { Engine } from '../process/engine.ts';
import { realSystem } from '../process/system.ts';
import { Heir } from './heir.ts';
import { FORMAT, type Will } from './will.ts';

const WILL: Will = { format: FORMAT, sockets: [], admin: null, pid: null, tickets: null };
/** Longer than a test may take. */
const LONG = 600_000;

let loop: Loop;
let engine: Engine;

beforeEach(() => {
  loop = Loop.open();
  engine = new Engine('test/1', loop, realSystem);
});

afterEach(() => {
  engine.close();
  loop.dispose();
});

function outcome(script: string, ms = LONG): ReturnType<Heir['start']> {
  return new Heir(engine).start(
    { program: { file: '/bin/sh', args: ['sh', '-c', script] }, env: ['MORE=yes'] },
    WILL,
    ms,
  );
}

it('says that it serves, after it has read what is left to it', async () => {
  const script = `read will; case $will in *'"format":1'*) printf '{"is":"follows","software":"%s %s"}\\n' "$MORE" "$WEBSERV_FOLLOWS" >&3;; esac; read more`;
  expect(await outcome(script)).toEqual({ software: `yes ${process.pid}` });
});

it('that does not serve in time is ended', async () => {
  expect(await outcome('read will; exec sleep 600', 50)).toEqual({
    problem: 'the new program has not come to serve in time, and was ended',
  });
});

it('that ends is reported with what it has printed', async () => {
  expect(await outcome('echo one >&2; echo two >&2; exit 4')).toEqual({
    problem: 'the new program has ended with code 4:\none\ntwo',
  });
});

it('that does not exist is an error', async () => {
  const program = { file: '/nowhere/node', args: ['node'] };
  expect(await new Heir(engine).start({ program, env: [] }, WILL)).toEqual({
    problem: 'the new program cannot be started (ENOENT)',
  });
});
