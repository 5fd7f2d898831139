import { Random } from './random.ts';
import { play, type Scenario } from './scenario.ts';
import { FILES } from './scenarios/files.ts';
import { MANNERS } from './scenarios/manners.ts';
import { SCRIPTS } from './scenarios/scripts.ts';
import { SECURE } from './scenarios/secure.ts';
import { UPLOADS } from './scenarios/uploads.ts';
import type { Site } from './site.ts';

const SCENARIOS: readonly Scenario[] = [...FILES, ...UPLOADS, ...SCRIPTS, ...MANNERS, ...SECURE];
const WEIGHT = SCENARIOS.reduce((sum, { weight }) => sum + weight, 0);
/** The number of failures that are kept with their words. */
const KEPT = 20;

/** What the load has done so far. */
export interface Tally {
  /** Scenarios played, by name. */
  readonly played: Map<string, number>;
  /** Answers that were verified to their last byte. */
  verified: number;
  failures: number;
  /** Words of the first failures. */
  readonly failed: string[];
}

/** Where a server listens. */
interface Ports {
  readonly port: number;
  readonly securePort: number;
}

/** Clients that play one scenario after the other until the load stops. */
export class Load {
  readonly tally: Tally = { played: new Map(), verified: 0, failures: 0, failed: [] };
  private readonly ports: Ports;
  private readonly site: Site;
  private names = 0;
  private stopping = false;

  constructor(ports: Ports, site: Site) {
    this.ports = ports;
    this.site = site;
  }

  /** Resolves when every client has ended its last scenario. */
  async run(clients: number, seed: number): Promise<void> {
    await Promise.all(
      Array.from({ length: clients }, (_none, index) => this.client(new Random(seed + index * 7919))),
    );
  }

  stop(): void {
    this.stopping = true;
  }

  /** Plays every scenario once, one after the other. */
  async introduce(): Promise<void> {
    const random = new Random(0);
    for (const scenario of SCENARIOS) await this.play(scenario, random);
  }

  private async client(random: Random): Promise<void> {
    while (!this.stopping) await this.play(choose(random), random);
  }

  private async play(scenario: Scenario, random: Random): Promise<void> {
    const { tally, ports, site } = this;
    try {
      const verified = await play(scenario, {
        ...ports,
        site,
        random,
        name: () => `soak-${++this.names}.bin`,
      });
      tally.verified += verified;
    } catch (error) {
      tally.failures++;
      if (tally.failed.length < KEPT) tally.failed.push(`${scenario.name}: ${(error as Error).message}`);
    }
    tally.played.set(scenario.name, (tally.played.get(scenario.name) ?? 0) + 1);
  }
}

function choose(random: Random): Scenario {
  let left = random.below(WEIGHT);
  for (const scenario of SCENARIOS) {
    left -= scenario.weight;
    if (left < 0) return scenario;
  }
  return SCENARIOS[0] as Scenario;
}
