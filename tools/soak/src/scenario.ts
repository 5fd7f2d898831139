import { Http2Wire } from './http2-wire.ts';
import type { Random } from './random.ts';
import type { Site } from './site.ts';
import { type Answer, Wire } from './wire.ts';

/** What a scenario works with. */
interface Stage {
  readonly port: number;
  /** The port that speaks TLS. */
  readonly securePort: number;
  readonly site: Site;
  readonly random: Random;
  /** A name that no other client uses. */
  name(): string;
  /** Opens a connection that closes when the scenario ends, however it ends. */
  open(): Wire;
  /** The same over TLS. */
  openSecure(session?: Buffer): Wire;
  /** The same over TLS and HTTP/2. */
  openHttp2(): Http2Wire;
}

/** One thing that a client does, from connecting to the last byte. */
export interface Scenario {
  readonly name: string;
  /** How often it runs, relative to the others. */
  readonly weight: number;
  /** @returns how many answers were verified; @throws if one was wrong */
  run(stage: Stage): Promise<number>;
}

/** Runs a scenario, and closes its connections when it ends. */
export async function play(
  scenario: Scenario,
  stage: Omit<Stage, 'open' | 'openSecure' | 'openHttp2'>,
): Promise<number> {
  const wires: { close(): void }[] = [];
  const keep = <W extends { close(): void }>(wire: W): W => {
    wires.push(wire);
    return wire;
  };
  const { port, securePort, site } = stage;
  const ca = site.certificate;
  try {
    return await scenario.run({
      ...stage,
      open: () => keep(new Wire(port)),
      openSecure: (session) => keep(new Wire(securePort, { ca, session })),
      openHttp2: () => keep(new Http2Wire(securePort, ca)),
    });
  } finally {
    for (const wire of wires) wire.close();
  }
}

export function get(path: string, fields = ''): string {
  return `GET ${path} HTTP/1.1\r\nHost: soak\r\n${fields}\r\n`;
}

/** @throws if the status, or the body if one is given, is another */
export function expectAnswer(answer: Answer, status: number, body?: Buffer): void {
  if (answer.status !== status)
    throw new Error(`${answer.status} where ${status} was due: ${answer.body.toString('latin1', 0, 80)}`);
  if (body === undefined || body.equals(answer.body)) return;
  throw new Error(`another body: ${answer.body.length} bytes where ${body.length} were due`);
}

/** @throws with these words */
export function insist(held: boolean, what: string): void {
  if (!held) throw new Error(what);
}

export function content(site: Site, path: string): Buffer {
  return site.files.get(path) as Buffer;
}

/** Asks for ten files on a connection, one after the other. */
export async function askTenFiles(
  wire: Wire,
  { site, random }: Pick<Stage, 'site' | 'random'>,
): Promise<number> {
  const paths = [...site.files.keys()];
  for (let i = 0; i < 10; i++) {
    const path = random.pick(paths);
    wire.send(get(path));
    expectAnswer(await wire.answer(), 200, content(site, path));
  }
  return 10;
}
