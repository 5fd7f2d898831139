import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildHost } from '../server.ts';
import { ATTACKS } from './attacks.ts';
import { tableOf } from './table.ts';
import { type Finding, tryAttack } from './trial.ts';

const USAGE = `usage: npm run attacks -w tools/soak -- [options] [ATTACK...]
  --use=DRIVER  the driver (auto)
  --out=FOLDER  where attacks.md goes (dist)
Plays every attack, or those that are named: ${ATTACKS.map(({ name }) => name).join(', ')}
`;

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { use: { type: 'string', default: 'auto' }, out: { type: 'string', default: 'dist' } },
  });
  const chosen = ATTACKS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  if (chosen.length === 0) {
    process.stderr.write(USAGE);
    return 2;
  }
  const folder = dirname(process.argv[1] as string);
  const programs = {
    host: await buildHost(resolve('src/host.ts'), folder),
    bystander: await buildHost(resolve('src/attacks/bystander.ts'), folder, 'bystander'),
  };
  const findings: Finding[] = [];
  for (const attack of chosen) {
    process.stderr.write(`${attack.name}: ${attack.what}\n`);
    findings.push(await tryAttack(attack, programs, values.use));
    process.stderr.write(`${tableOf(findings.slice(-1)).split('\n').at(-1)}\n`);
  }
  const table = tableOf(findings);
  process.stdout.write(`${table}\n`);
  mkdirSync(values.out, { recursive: true });
  writeFileSync(join(values.out, 'attacks.md'), `${table}\n`);
  return findings.every(({ end }) => end === '0') ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
