import type { OptionRow } from './row.ts';

export const HELP: OptionRow = { name: 'help', short: 'h', help: 'print the help of this command' };
