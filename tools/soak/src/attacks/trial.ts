import { setMaxListeners } from 'node:events';
import { startServer } from '../server.ts';
import type { Attack } from './attack.ts';
import type { Sight } from './bystander.ts';
import { AttackGround } from './ground.ts';
import { Witness } from './witness.ts';

/** Bundled files that a trial needs. */
interface Programs {
  readonly host: string;
  readonly bystander: string;
}

/** What one attack did. */
export interface Finding {
  readonly attack: Attack;
  /** What the attacker reports. */
  readonly words: string;
  /** The bystander alone, and beside the attack. */
  readonly alone: Sight;
  readonly beside: Sight;
  /** Milliseconds of the longest round of the server's loop; -1 if the server ended before it could report it. */
  readonly lagMs: number;
  /** How the server ended: `0` if it stopped when it was asked to. */
  readonly end: string;
}

const WARM_MS = 1_000;
const ALONE_MS = 2_000;

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Plays one attack against a server of its own. */
export async function tryAttack(attack: Attack, programs: Programs, use: string): Promise<Finding> {
  const ground = new AttackGround(attack, use);
  try {
    const server = await startServer(programs.host, ground.config, attack.node);
    const { port, ports, pid } = server;
    const witness = new Witness(programs.bystander, { port, pid, errand: attack.errand });
    await wait(WARM_MS);
    await witness.look();
    await wait(ALONE_MS);
    const alone = await witness.look();
    await server.report();
    const over = AbortSignal.timeout(1_000 * attack.seconds);
    setMaxListeners(0, over);
    const words = await attack
      .play({ port, ports, ground, over })
      .catch((error: Error) => `broke off: ${error.message}`);
    const beside = await witness.look();
    const lagMs = await server.report().then(
      ({ recentLagMs }) => recentLagMs,
      () => -1,
    );
    await witness.leave();
    const end = await server.stop();
    return { attack, words, alone, beside, lagMs, end };
  } finally {
    ground.remove();
  }
}
