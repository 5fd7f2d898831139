import { Loop } from '@webserv/event-loop';
import { FakeDriver } from '@webserv/event-loop/testing';
import { HandshakeTurns, type Shaker } from './handshake-turns.ts';

function world() {
  const driver = new FakeDriver({ seed: 1 });
  const loop = Loop.open({ driver, hosted: false });
  const turns = new HandshakeTurns(loop);
  const done: string[] = [];
  const begin = (name: string, neighbourhood: string): Shaker => {
    const shaker = { neighbourhood, goOn: () => done.push(name) };
    if (turns.enter(shaker)) done.push(name);
    return shaker;
  };
  return { loop, turns, done, begin };
}

describe('the turns of handshakes', () => {
  it('are four a round', () => {
    const { loop, done, begin } = world();
    for (let index = 0; index < 10; index++) begin(`${index}`, 'a');
    expect(done).toEqual(['0', '1', '2', '3']);
    loop.tick(0);
    expect(done).toHaveLength(8);
    loop.tick(0);
    expect(done).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    loop.dispose();
  });

  it('are one a round while more than sixteen wait', () => {
    const { loop, done, begin } = world();
    for (let index = 0; index < 22; index++) begin(`${index}`, 'a');
    for (const length of [5, 9, 13, 17, 21, 22, 22]) {
      loop.tick(0);
      expect(done).toHaveLength(length);
    }
    loop.dispose();
  });

  it('go around among addresses, whatever one of them has begun', () => {
    const { loop, done, begin } = world();
    for (let index = 0; index < 100; index++) begin(`a${index}`, 'a');
    begin('b0', 'b');
    begin('b1', 'b');
    begin('c0', 'c');
    for (let round = 0; round < 7; round++) loop.tick(0);
    expect(done.slice(4)).toEqual(['a4', 'b0', 'c0', 'a5', 'b1', 'a6', 'a7']);
    loop.dispose();
  });

  it('are not kept for those that leave', () => {
    const { loop, turns, done, begin } = world();
    for (let index = 0; index < 4; index++) begin(`${index}`, 'a');
    const gone = begin('gone', 'b');
    begin('stays', 'b');
    turns.leave(gone);
    turns.leave(gone);
    loop.tick(0);
    expect(done.slice(4)).toEqual(['stays']);
    expect(loop.timers.size).toBe(0);
    loop.dispose();
  });
});
