import type { Random } from './random.ts';
import type { Site } from './site.ts';
import { type Answer, Wire } from './wire.ts';

/** What a scenario works with. */
interface Stage {
  readonly port: number;
  readonly site: Site;
  readonly random: Random;
  /** A name that no other client uses. */
  name(): string;
  /** Opens a connection that closes when the scenario ends, however it ends. */
  open(): Wire;
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
export async function play(scenario: Scenario, stage: Omit<Stage, 'open'>): Promise<number> {
  const wires: Wire[] = [];
  const open = (): Wire => {
    const wire = new Wire(stage.port);
    wires.push(wire);
    return wire;
  };
  try {
    return await scenario.run({ ...stage, open });
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
