import type { Exchange, Script } from '@webserv/methods';
import { MemoryLedger } from '@webserv/methods';
import type { Program } from '../process/run.ts';
import { Recorder } from './recorder.ts';

const MIB = 1 << 20;

function recorder(): Recorder {
  const own = new Recorder({ now: () => 0, timeOfDay: () => 0, labelOf: () => 'a.example' });
  own.enabled = true;
  return own;
}

/** Begins a run with an environment of many bytes. */
function begin(own: Recorder, memory: MemoryLedger, path: string, runs = 1000) {
  const exchange = {
    location: { runs, path: { text: path } },
    server: {},
    services: { memoryOf: () => memory },
    requestId: '',
    first: { run: '' },
  } as unknown as Exchange;
  const script = { application: null } as unknown as Script;
  const about = { client: '', request: 'GET /', script: '/s' };
  const env = Array.from({ length: 100 }, (_, index) => `HTTP_X_${index}=${'v'.repeat(500)}`);
  const program: Program = { file: '/s', args: ['/s', '-x'], env, cwd: '/', stdin: 0 };
  return { run: own.begin(exchange, script, about, program, { cameAt: 0, queuedAt: 0 }), exchange };
}

describe('Recorder', () => {
  it('keeps nothing while nobody can look', () => {
    const own = recorder();
    own.enabled = false;
    expect(begin(own, new MemoryLedger(MIB), '/').run).toBeNull();
    expect(own.list()).toEqual([]);
  });

  it('has a bound of bytes for all locations, and the ledger knows them', () => {
    const own = recorder();
    const memory = new MemoryLedger(64 * MIB);
    for (let count = 0; count < 1000; count++) begin(own, memory, `/${count % 7}`);
    expect(own.bytes).toBeGreaterThan(3.9 * MIB);
    expect(own.bytes).toBeLessThanOrEqual(4 * MIB);
    expect(memory.bytes).toBe(own.bytes);
  });

  it('gives way to requests that need the memory', () => {
    const own = recorder();
    const memory = new MemoryLedger(64 * MIB);
    for (let count = 0; count < 300; count++) begin(own, memory, '/');
    memory.add(40 * MIB);
    const { run } = begin(own, memory, '/');
    expect(own.bytes).toBeLessThanOrEqual(256 << 10);
    expect(own.list()[0]?.id).toBe(run?.facts.id);
  });

  it('keeps the last lines of stderr, and counts them', () => {
    const own = recorder();
    const memory = new MemoryLedger(64 * MIB);
    const { run } = begin(own, memory, '/', 1);
    for (let line = 0; line < 100; line++) run?.said(`line ${line}`);
    for (let line = 0; line < 10; line++) run?.said('x'.repeat(2000));
    const { stderr = [] } = own.find(run?.facts.id ?? '') ?? {};
    expect(stderr.join('').length).toBeLessThanOrEqual(8192);
    expect(memory.bytes).toBe(own.bytes);
    begin(own, memory, '/', 1);
    run?.said('after it is no longer kept');
    expect(own.list().length).toBe(1);
    expect(memory.bytes).toBe(own.bytes);
  });

  it('names the run to the logs', () => {
    const own = recorder();
    const { run, exchange } = begin(own, new MemoryLedger(MIB), '/');
    expect(exchange.first.run).toBe(run?.facts.id);
    expect(run?.details().arguments).toEqual(['/s', '-x']);
  });
});
