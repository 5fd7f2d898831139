import type { Peer } from '../../testing/peer.ts';
import type { Place, Probe } from './probe.ts';
import { freshName } from './uploads.ts';

/** How long an observation looks at what is to stay as it is. What is to end is waited for, however long it takes. */
const LOOK_MS = 60;

/** Whether the server closes a connection: `closed`, or `open` where it has not within a moment. */
async function fate(peer: Peer, seen: unknown): Promise<string> {
  const open = new Promise<string>((resolve) => {
    if (seen === 'open') setTimeout(resolve, LOOK_MS, 'open');
  });
  const found = await Promise.race([peer.closed.then(() => 'closed'), open]);
  peer.close();
  return found;
}

const SHORT_AND_LONG = (name: string): Probe['settings'] => [
  [`${name} 50ms;`, 'closed'],
  [`${name} 1h;`, 'open'],
];

const PAGE = { 'files/page.html': 'page' };
/** More than the buffers of a connection take. */
const LARGE = { 'files/large.bin': 'x'.repeat(24 << 20) };

/** One that has sent its head, and not all of its body. */
async function unsent(place: Place, seen: unknown): Promise<string> {
  const peer = await place.open();
  return fate(peer.send(place.post(freshName(place), 'x', 2)), seen);
}

/** One that asks once. Where the short time is over before the request has left a busy machine, another asks. */
const PACED = { 'files/paced.txt': 'x'.repeat(1000) };

/** How much of a body comes at once. The rest would take minutes. */
async function firstBytes(place: Place): Promise<string> {
  const peer = await place.open();
  let came = 0;
  peer.send(place.get('/paced.txt'));
  await peer.until((bytes) => {
    came = bytes.length - bytes.indexOf('\r\n\r\n') - 4;
    return bytes.includes('\r\n\r\n') && came > 0;
  });
  peer.close();
  return came === 1000 ? 'all' : came >= 500 ? 'much' : 'little';
}

async function idle(place: Place, seen: unknown): Promise<string> {
  for (;;) {
    const peer = await place.open();
    peer.send(place.get('/page.html'));
    const answered = await peer.until((received) => received.length > 0);
    if (!answered && seen === 'closed') continue;
    expect((await peer.answer()).status).toBe(200);
    return fate(peer, seen);
  }
}

/** One that asks for a large page and takes none of it. */
async function unread(place: Place, seen: unknown): Promise<string> {
  const peer = await place.open();
  peer.pause();
  peer.send(place.get('/large.bin'));
  const connections = (): number => place.site.running?.connections ?? 0;
  // The log tells of the answer that was cut, however long that took. The connection may be gone between two looks.
  const lines = place.lines().length;
  if (seen === 'closed') {
    await place.until(() => place.lines().length > lines);
    await place.until(() => connections() === 0);
  } else {
    await place.until(() => connections() === 1);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  const found = connections() === 0 ? 'closed' : 'open';
  peer.reset();
  await place.until(() => connections() === 0);
  return found;
}

/** How long things may take. */
export const TIMES: Readonly<Record<string, Probe>> = {
  timeout: {
    settings: [
      ['timeout 50ms;', ['closed', 'closed']],
      ['timeout 1h;', ['open', 'open']],
    ],
    files: PAGE,
    observe: async (place, seen) => {
      const [first, second] = seen as [string, string];
      return [await idle(place, first), await unsent(place, second)];
    },
  },
  header_timeout: {
    settings: SHORT_AND_LONG('header_timeout'),
    observe: async (place, seen) => {
      const peer = await place.open();
      return fate(peer.send('GET /'), seen);
    },
  },
  body_timeout: {
    settings: SHORT_AND_LONG('body_timeout'),
    observe: unsent,
  },
  send_timeout: {
    settings: SHORT_AND_LONG('send_timeout'),
    around: { server: 'cache_size 64m; cache_entry 32m;' },
    files: LARGE,
    // The second answer comes from the cache.
    observe: unread,
  },
  keepalive_timeout: {
    settings: [...SHORT_AND_LONG('keepalive_timeout'), ['keepalive_timeout 0;', 'closed']],
    files: PAGE,
    observe: idle,
  },
  min_rate: {
    settings: [
      ['min_rate 1m;', 408],
      ['min_rate 0;', 201],
    ],
    around: { server: 'body_timeout 1s;' },
    times: 1,
    observe: async (place, seen) => {
      const peer = await place.open();
      const size = 1000;
      peer.send(place.post(freshName(place), '', size));
      const began = Date.now();
      let sent = 0;
      // A byte now and then, for longer than the stretch that is judged.
      const trickle = setInterval(() => {
        const over = seen === 201 && Date.now() - began > 1200;
        const bytes = over ? size - sent : 1;
        sent += bytes;
        if (sent <= size) peer.send('x'.repeat(bytes));
      }, 10);
      try {
        return (await peer.answer()).status;
      } finally {
        clearInterval(trickle);
        peer.close();
      }
    },
  },
  limit_rate: {
    settings: [
      ['limit_rate 1;', 'little'],
      ['limit_rate 0;', 'all'],
    ],
    files: PACED,
    observe: firstBytes,
  },
  limit_rate_after: {
    settings: [
      ['limit_rate_after 10;', 'little'],
      ['limit_rate_after 500;', 'much'],
    ],
    around: { server: 'limit_rate 1;' },
    files: PACED,
    observe: firstBytes,
  },
  cgi_timeout: {
    settings: [
      ['cgi_timeout 50ms;', 504],
      ['cgi_timeout 1h;', 'open'],
    ],
    around: { location: 'cgi .run /bin/sh;' },
    files: { 'files/wait.run': 'exec sleep 3600' },
    observe: async (place, seen) => {
      const peer = await place.open();
      peer.send(place.get('/wait.run'));
      const found =
        seen === 'open'
          ? await new Promise((resolve) => setTimeout(resolve, LOOK_MS, 'open'))
          : (await peer.answer()).status;
      peer.reset();
      await place.until(() => place.site.running?.holdings().scripts === 0);
      return found;
    },
  },
};
