import fc from 'fast-check';
import { GET, priorityUpdate, settings, Talk, windowUpdate } from '../testing/talk.ts';
import { Scheduler } from './scheduler.ts';
import { SettingId } from './settings.ts';
import { Http2Stream } from './stream.ts';

/** Opens a stream for each Priority field, all of which want to send. Returns the talk. */
function wanting(...priorities: readonly string[]): Talk {
  const talk = Talk.begun();
  priorities.forEach((priority, nth) => {
    const id = nth * 2 + 1;
    talk.say(talk.head(id, priority === '' ? GET : [...GET, ['priority', priority]]));
    talk.connection.want(talk.stream(id));
  });
  return talk;
}

/** The streams of the next frames, each of which sends one byte. */
function turns(talk: Talk, count: number): number[] {
  return Array.from({ length: count }, () => {
    const stream = talk.connection.next();
    if (stream === null) return 0;
    talk.content(stream.id, 1, false);
    return stream.id;
  });
}

describe('the stream that sends next', () => {
  it('is the most urgent one', () => {
    expect(turns(wanting('u=5', 'u=0', 'u=7'), 3)).toEqual([3, 3, 3]);
  });

  it('is the first one among equals, until it has nothing more', () => {
    const talk = wanting('u=3', 'u=3', 'u=3');
    expect(turns(talk, 2)).toEqual([1, 1]);
    talk.connection.unwant(talk.stream(1));
    expect(turns(talk, 2)).toEqual([3, 3]);
    talk.connection.want(talk.stream(1));
    expect(turns(talk, 1)).toEqual([1]);
  });

  it('changes among those that are incremental', () => {
    expect(turns(wanting('u=1, i', 'i, u=1', 'u=1, i=?1'), 5)).toEqual([1, 3, 5, 1, 3]);
  });

  it('changes among those that say nothing, so that none waits for a long one', () => {
    expect(turns(wanting('', '', ''), 4)).toEqual([1, 3, 5, 1]);
  });

  it('goes on with one that is not incremental when its turn has come', () => {
    expect(turns(wanting('i', 'u=3', 'i'), 4)).toEqual([1, 3, 3, 3]);
  });

  it('is another one after PRIORITY_UPDATE', () => {
    const talk = wanting('u=3', 'u=4');
    talk.say(priorityUpdate(3, 'u=0'));
    expect(turns(talk, 1)).toEqual([3]);
    talk.say(priorityUpdate(3, ''));
    expect([talk.stream(3).urgency, talk.stream(3).incremental]).toEqual([3, false]);
  });

  it('has the priority that came before it, which overrides its field', () => {
    const talk = Talk.begun();
    talk.say(priorityUpdate(3, 'u=6, i'), priorityUpdate(1, 'u=7'));
    talk.say(talk.head(3, [...GET, ['priority', 'u=0']]));
    expect([talk.stream(3).urgency, talk.stream(3).incremental]).toEqual([6, true]);
  });

  it('is none that has no window, and one again when it gets one', () => {
    const talk = wanting('u=0', 'u=1');
    talk.say(settings([SettingId.INITIAL_WINDOW_SIZE, 1]));
    expect(turns(talk, 3)).toEqual([1, 3, 0]);
    talk.say(windowUpdate(3, 1));
    expect(turns(talk, 2)).toEqual([3, 0]);
  });

  it('is none that has ended or was reset', () => {
    const talk = wanting('u=0', 'u=1', 'u=2');
    talk.content(1, 1, true);
    talk.connection.reset(talk.stream(3), 8);
    expect(turns(talk, 1)).toEqual([5]);
  });
});

describe('PRIORITY_UPDATE', () => {
  it.each([0, 2])('of stream %s is a connection error', (id) => {
    expect(Talk.begun().say(priorityUpdate(id, 'u=1'))[0]).toBe(
      'failed PROTOCOL_ERROR priority-of-no-request',
    );
  });

  it('of a closed stream is passed over, and of idle ones only some are kept', () => {
    const talk = Talk.begun();
    talk.say(talk.head(1, GET));
    talk.answer(1, true);
    talk.say(priorityUpdate(1, 'u=1'));
    for (let id = 3; id < 303; id += 2) talk.say(priorityUpdate(id, 'u=6'));
    talk.say(talk.head(3, GET), talk.head(301, GET));
    expect([talk.stream(3).urgency, talk.stream(301).urgency]).toEqual([6, 3]);
  });
});

it('the queues hold exactly those that want and may send, in the order of their urgency', () => {
  const act = fc.tuple(
    fc.constantFrom('want', 'unwant', 'window', 'priority', 'sent'),
    fc.nat(5),
    fc.integer({ min: -2, max: 2 }),
    fc.nat(7),
    fc.boolean(),
  );
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const scheduler = new Scheduler<null>();
      const streams = Array.from({ length: 6 }, (_, nth) => {
        const stream = new Http2Stream<null>();
        stream.begin(nth * 2 + 1, true, 1, 1);
        return stream;
      });
      for (const [what, nth, window, urgency, incremental] of acts) {
        const stream = streams[nth];
        if (stream === undefined) continue;
        if (what === 'want') scheduler.want(stream);
        else if (what === 'unwant') scheduler.unwant(stream);
        else if (what === 'priority') scheduler.reprioritize(stream, urgency, incremental);
        else {
          stream.sendWindow = window;
          if (what === 'window') scheduler.update(stream);
          else if (stream.queued) scheduler.sent(stream);
          else scheduler.update(stream);
        }
        const able = streams.filter((one) => one.wanted && one.sendWindow > 0);
        expect(streams.filter((one) => one.queued)).toEqual(able);
        const best = Math.min(...able.map((one) => one.urgency));
        expect(scheduler.next()?.urgency ?? Number.POSITIVE_INFINITY).toBe(best);
        expect(scheduler.isEmpty).toBe(able.length === 0);
      }
    }),
    { numRuns: 300 },
  );
});
