import { SERVING } from '../table/options.ts';
import type { OptionRow } from '../table/row.ts';
import type { Shell } from '../table/subcommands.ts';
import { bashText } from './bash.ts';
import { fishText } from './fish.ts';
import { zshText } from './zsh.ts';

const TEXTS: Readonly<Record<Shell, (options: readonly OptionRow[]) => string>> = {
  bash: bashText,
  zsh: zshText,
  fish: fishText,
};

/** Returns the completions of a shell, or null if there are none for it. */
export function completionText(shell: string): string | null {
  const text = Object.entries(TEXTS).find(([name]) => name === shell)?.[1];
  return text?.(SERVING.flatMap(({ options }) => options)) ?? null;
}
