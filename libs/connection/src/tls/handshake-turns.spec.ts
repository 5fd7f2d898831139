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
  it('are one a round', () => {
    const { loop, done, begin } = world();
    for (let index = 0; index < 4; index++) begin(`${index}`, 'a');
    expect(done).toEqual(['0']);
    for (const length of [2, 3, 4, 4]) {
      loop.tick(0);
      expect(done).toHaveLength(length);
    }
    expect(done).toEqual(['0', '1', '2', '3']);
    loop.dispose();
  });

  it('go around among addresses, whatever one of them has begun', () => {
    const { loop, done, begin } = world();
    for (let index = 0; index < 100; index++) begin(`a${index}`, 'a');
    begin('b0', 'b');
    begin('b1', 'b');
    begin('c0', 'c');
    for (let round = 0; round < 7; round++) loop.tick(0);
    expect(done).toEqual(['a0', 'a1', 'b0', 'c0', 'a2', 'b1', 'a3', 'a4']);
    loop.dispose();
  });

  it('are not kept for those that leave', () => {
    const { loop, turns, done, begin } = world();
    begin('first', 'a');
    const gone = begin('gone', 'b');
    begin('stays', 'b');
    turns.leave(gone);
    turns.leave(gone);
    loop.tick(0);
    expect(done).toEqual(['first', 'stays']);
    expect(loop.timers.size).toBe(0);
    loop.dispose();
  });
});
