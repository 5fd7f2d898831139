import { joined } from '../testing/bytes.ts';
import { frame } from '../testing/frames.ts';
import { data, GET, POST, ping, Talk } from '../testing/talk.ts';

/** Reads with so much work for each call. Returns after how many bytes each one has stopped. */
function stops(talk: Talk, bytes: Uint8Array, work: number): number[] {
  const found: number[] = [];
  for (let at = 0; at < bytes.length && !talk.connection.isOver; ) {
    talk.connection.receive(bytes, at, bytes.length, work);
    at = talk.connection.readTo;
    found.push(at);
  }
  return found;
}

it.each([
  ['frames', 2, () => [ping(), ping(), ping()], [34, 51]],
  ['heads, each as much as 16 frames', 17, (talk: Talk) => [1, 3, 5].map((id) => talk.head(id, GET)), [2, 3]],
  [
    'content, by 512 bytes',
    33,
    (talk: Talk) => [talk.head(1, POST, false), data(1, 'x'.repeat(9000)), data(1, 'x')],
    [2, 3],
  ],
])('a call stops behind the frame that spends its work: %s', (what, work, make, expected) => {
  const talk = Talk.begun();
  const parts = make(talk);
  const ends = parts.map((_, index) => joined(...parts.slice(0, index + 1)).length);
  const at = stops(talk, joined(...parts), work);
  expect(at).toEqual(what === 'frames' ? expected : expected.map((count) => ends[count - 1]));
});

it('nothing is lost or done twice, however little a call may do', () => {
  const talk = Talk.begun();
  const bytes = joined(ping(), talk.head(1, GET), ping(), data(3, ''));
  stops(talk, bytes, 1);
  const events = talk.happened();
  expect(events.filter((event) => event.startsWith('request'))).toHaveLength(1);
  expect(events.filter((event) => event.startsWith('<- PING'))).toHaveLength(2);
  expect(events.at(-1)).toContain('GOAWAY');
});

it('a call without a bound reads to the end, and so does one that the connection fails in', () => {
  const talk = Talk.begun();
  const bytes = joined(ping(), frame(0x42, 0, 0), ping());
  expect(talk.connection.receive(bytes, 0, bytes.length)).toBe(true);
  expect(talk.connection.readTo).toBe(bytes.length);
});
