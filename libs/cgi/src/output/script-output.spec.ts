import { ERRNO, Loop } from '@webserv/event-loop';
import { FakeDriver, type FakePeer, settle } from '@webserv/event-loop/testing';
import { Ledger, MemoryLedger } from '@webserv/methods';
import { ChildOutput } from '../process/pipe.ts';
import { Slabs, type Workshop } from '../workshop/workshop.ts';
import { type OutputOwner, ScriptOutput } from './script-output.ts';

const EIO = { read: { probability: 1, errors: [ERRNO.EIO] } };

let driver: FakeDriver;
let loop: Loop;
let script: FakePeer;
let output: ScriptOutput;
let told: string[];
let moves: number;

function owner(): OutputOwner {
  return {
    outputMoved: () => void moves++,
    headRead: () => told.push('head'),
    headFailed: (error) => told.push(`no head: ${error}`),
    outputEnded: () => told.push('ended'),
    bodyOver: () => told.push('over'),
    bodyCancelled: () => told.push('cancelled'),
    outputFlooded: () => told.push('flooded'),
    outputFull: () => told.push('full'),
    outputMalformed: () => told.push('malformed'),
  };
}

beforeEach(() => {
  driver = new FakeDriver({ faults: EIO, schedule: { split: 0 } });
  loop = Loop.open({ driver, hosted: false });
  const pipe = driver.pipe();
  script = pipe.peer;
  told = [];
  moves = 0;
  const room = { disk: new Ledger(1, 0), memory: new MemoryLedger(1 << 20), spoolMax: 0 };
  output = new ScriptOutput(
    { loop, slabs: new Slabs() } as Workshop,
    room,
    owner(),
    new ChildOutput(loop, pipe.fd),
  );
});

afterEach(() => {
  output.close();
  loop.dispose();
  driver.assertQuiet();
});

function read(text: string): void {
  driver.calls.armed = false;
  script.write(text);
  output.begin();
  settle(loop, driver);
}

it('has no head where the script cannot be read', () => {
  output.begin();
  settle(loop, driver);
  expect(told).toEqual(['no head: cannot be read']);
});

it('takes a body that cannot be read to its end for no whole one', () => {
  read('Content-Type: text/plain\n\nthe beginning');
  output.open({
    data: (bytes) => told.push(String(bytes)),
    end: () => told.push('end'),
    fail: (errno, place) => told.push(`${errno} ${place}`),
  });
  output.offer(-1);
  output.pull();
  driver.calls.armed = true;
  output.pull();
  script.write('and more');
  settle(loop, driver);
  expect(told).toEqual(['head', 'the beginning', `${-ERRNO.EIO} read script`, 'over']);
});

it('lets go of what it drains and cannot read', () => {
  read('Content-Type: text/plain\n\nand more');
  output.drain();
  driver.calls.armed = true;
  script.write('and more');
  settle(loop, driver);
  expect([output.reading, told]).toEqual([false, ['head']]);
});

it('tells the reader, once it is there, of what could not be read ahead of it', () => {
  read('Content-Type: text/plain\n\nthe beginning');
  driver.calls.armed = true;
  script.write('and more');
  settle(loop, driver);
  expect(told).toEqual(['head', 'full']);
  output.open({
    data: (bytes) => told.push(String(bytes)),
    end: () => told.push('end'),
    fail: (errno, place) => told.push(`${errno} ${place}`),
  });
  output.offer(-1);
  output.pull();
  expect(told.slice(2)).toEqual(['the beginning']);
  output.pull();
  expect(told.slice(3)).toEqual([`${-ERRNO.EIO} read script`, 'over']);
});

it('tells when the loop has let go of the script', () => {
  output.begin();
  const before = moves;
  loop.dispose();
  expect([output.reading, moves - before]).toEqual([false, 1]);
});

it('waits for nothing more once it is closed, though the driver still holds a read of it', () => {
  read('Content-Type: text/plain\n\nthe beginning');
  expect(output.reading).toBe(true);
  output.close();
  expect(output.reading).toBe(false);
});
