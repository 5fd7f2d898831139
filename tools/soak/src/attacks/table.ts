import type { Finding } from './trial.ts';

const MIB = 2 ** 20;

function ms(value: number): string {
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}

/** Makes one row: what the attack is, and what it did to the bystander and to the server. */
function rowOf({ attack, words, alone, beside, lagMs, end }: Finding): string {
  const cells = [
    `\`${attack.name}\``,
    attack.what,
    attack.errand,
    String(beside.answers),
    String(beside.failures),
    `${ms(alone.p99)} -> ${ms(beside.p99)}`,
    `${ms(alone.longest)} -> ${ms(beside.longest)}`,
    ms(lagMs),
    `+${((beside.resident - alone.resident) / MIB).toFixed(0)}`,
    `+${beside.descriptors - alone.descriptors}`,
    end === '0' ? words : `**the server ended: ${end}**; ${words}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

/** Makes a Markdown table of the findings. */
export function tableOf(findings: readonly Finding[]): string {
  const names = [
    'attack',
    'what it does',
    'bystander asks for',
    'answers',
    'failed',
    'p99, ms',
    'longest stall, ms',
  ];
  const head = [...names, 'longest round, ms', 'memory over idle, MiB', 'descriptors', 'what became of it'];
  return [`| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...findings.map(rowOf)].join('\n');
}
