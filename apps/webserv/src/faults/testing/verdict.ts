import type { Peer } from './peer.ts';
import { SecurePeer } from './secure-peer.ts';
import { FILES, LOGS } from './site-plan.ts';
import type { Visit } from './visitor.ts';
import type { World } from './world.ts';

/** What an answer may be where something has failed: the client's time is over, a call failed, nothing is left to give. */
const EXCUSES: ReadonlySet<number> = new Set([403, 408, 500, 502, 503, 504, 507]);
/** What the driver overwrites lent memory with. No content of a run has this byte. */
const POISON = 0xdb;
const NOTHING = Buffer.alloc(0);
const TEMPORARY = '.webserv-upload-';
const MARK = /<<v(\d+)\.\d+>>/g;
const ACCESS_LINE = /^\S+ - - \[[^\]]+\] "[^"]*" \d{3} \d+ "[^"]*" "[^"]*" .*ms=\S+.*$/;

/** Everything that is wrong with a run that has ended. */
export function complaintsOf(world: World): string[] {
  const complaints = [...world.complaints, ...world.disk.mistakes];
  for (const visit of world.visits) {
    const complaint = judge(world, visit);
    if (complaint !== null) complaints.push(`visitor ${visit.who}, ${visit.ask.label}: ${complaint}`);
  }
  for (const peer of world.peers) {
    // Coded fields may have any byte.
    const sent = world.streamed.has(peer) ? contentOf(world, peer) : peer.read();
    if (peer instanceof SecurePeer && peer.failure !== '') complaints.push(`no TLS: ${peer.failure}`);
    if (sent.includes(POISON)) complaints.push('a client was sent memory that had only been lent');
  }
  return [...complaints, ...leaks(world), ...leftovers(world), ...untraced(world), ...logLines(world)];
}

function contentOf({ visits }: World, peer: Peer): Buffer {
  const own = visits.filter((visit) => visit.peer === peer);
  return Buffer.concat(own.map(({ outcome }) => (outcome.kind === 'answer' ? outcome.answer.body : NOTHING)));
}

/** Nothing has failed that can excuse what this visitor was answered. */
function unexcused(world: World, visit: Visit): boolean {
  const { driver, trouble, weather, peers } = world;
  if (trouble.faults > 0 || driver.jumps > 0 || weather.descriptors < 1 << 20) return false;
  let onPeers = 0;
  for (const peer of peers) onPeers += peer.faults;
  // A child that cannot be watched is nothing that a client should notice.
  const felt = driver.calls.faults - (driver.calls.struck.get('child') ?? 0);
  return felt === onPeers && visit.peer.faults === 0;
}

function judge(world: World, visit: Visit): string | null {
  const { ask, outcome, from, to } = visit;
  if (outcome.kind === 'malformed') return `no HTTP: ${outcome.what}`;
  const strict = unexcused(world, visit);
  if (outcome.kind === 'answer') {
    const { answer } = outcome;
    if (!strict && EXCUSES.has(answer.status)) return null;
    if (world.driver.jumps > 0 && ask.script) return null;
    const complaint = ask.judge(answer, { disk: world.disk, from, to, calm: strict });
    return complaint === null && ask.breaks && answer.status < 300 ? 'taken for whole' : complaint;
  }
  if (!strict || ask.breaks || (world.shrinks && sendsLarge(world, visit))) return null;
  // Between two requests a full server may close whoever is idle. A client of HTTP/2 may say something at that moment, and
  // then a reset overtakes what it has not read.
  const idle = outcome.kind === 'closed' || world.streamed.has(visit.peer);
  // With a handshake behind it, a connection has been there without a request before its first one, too.
  const later = visit.later || visit.peer instanceof SecurePeer;
  const mayClose = idle && later && (world.site.maxConnect < 10 || floodedBefore(world, visit));
  return mayClose ? null : outcome.kind === 'cut' ? `a part of ${outcome.status}` : outcome.kind;
}

/** A file that becomes shorter takes its connection with it, and so all streams of that. */
function sendsLarge({ visits }: World, { ask, peer }: Visit): boolean {
  return ask.large === true || visits.some((other) => other.peer === peer && other.ask.large === true);
}

/** The request before it on this connection had a body without end, which the server need not read. */
function floodedBefore({ visits }: World, visit: Visit): boolean {
  const own = visits.filter(({ peer }) => peer === visit.peer);
  return own[own.indexOf(visit) - 1]?.ask.floods === true;
}

/** Bytes of one client at another. */
function leaks({ visits }: World): string[] {
  const complaints: string[] = [];
  for (const { who, outcome, ask } of visits) {
    if (outcome.kind !== 'answer') continue;
    for (const [mark, owner] of outcome.answer.body.toString('latin1').matchAll(MARK)) {
      if (Number(owner) !== who) complaints.push(`visitor ${who}, ${ask.label}: was sent ${mark}`);
    }
  }
  return complaints;
}

/** What should be gone when the server has closed. */
function leftovers(world: World): string[] {
  const complaints: string[] = [];
  const counts = { ...world.driver.counts, held: world.held, timers: world.loop.timers.size };
  const { waiting = 0, uploads = 0, tempDisk = 0, memory = 0, listings = 0 } = world.left ?? {};
  Object.assign(counts, { waiting, uploads, tempDisk, memory, listings });
  for (const [what, count] of Object.entries({ ...counts, running: world.launcher.running })) {
    if (count !== 0) complaints.push(`${count} ${what} left`);
  }
  const { struck } = world.trouble;
  const undeleted = (struck.get('remove') ?? 0) + (struck.get('rename') ?? 0);
  const temporaries = world.disk.list(FILES).filter((name) => name.startsWith(TEMPORARY));
  if (temporaries.length > undeleted) complaints.push(`temporary files left: ${temporaries.length}`);
  return complaints;
}

/** Requests that have left no line of the access log, or more than one. */
function untraced({ visits, heads, lines }: World): string[] {
  const seen = visits.filter(({ outcome }) => outcome.kind === 'answer' || outcome.kind === 'cut').length;
  if (lines === heads && lines >= seen) return [];
  return [`${lines} access lines of ${heads} requests, ${seen} of which were answered`];
}

/** Log lines are whole, whatever has become of the disk. */
function logLines({ disk, driver, lines }: World): string[] {
  const text = disk.bytesOf(LOGS.access)?.toString('latin1') ?? '';
  // The last write of all may fail half-way, and nobody is there to go on with it.
  if (driver.calls.faults + driver.jumps === 0 && text !== '' && !text.endsWith('\n'))
    return ['the access log ends within a line'];
  if (driver.calls.faults + driver.jumps === 0 && text.split('\n').length - 1 !== lines)
    return [`the access log does not have ${lines} lines`];
  const broken = text
    .split('\n')
    .slice(0, -1)
    .find((line) => line !== '' && !ACCESS_LINE.test(line));
  return broken === undefined ? [] : [`no access line: ${broken}`];
}

/** For a person: what was drawn, and what has failed. */
export function summaryOf(world: World): string {
  const { weather, trouble, driver, visits, visitors, launcher } = world;
  const answers = visits.filter(({ outcome }) => outcome.kind === 'answer').length;
  const struck = [...trouble.struck].map(([point, count]) => `${point} ${count}`).join(', ');
  return [
    `seed ${world.seed}: ${visitors.length} visitors, ${visits.length} requests, ${answers} answers`,
    `${launcher.children.length} children, ${driver.calls.faults} faults of the driver, ${struck || 'none'} of the disk`,
    `probability ${weather.probability}, ${driver.jumps} jumps, ${weather.descriptors} descriptors`,
  ].join('; ');
}
