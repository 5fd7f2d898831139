// What a parent and its workers say to each other, one line each. A worker reads its standard input, and ends when that
// does. It answers on the descriptor behind the three that every process has.

import type { Place } from './share.ts';

/** The worker's answers. The listening sockets follow it. */
export const REPORT_FD = 3;

/** The first line that a worker gets. Lines with the packed config follow, each behind `CONFIG`. */
export interface Order {
  readonly place: Place;
  /** The addresses of the sockets that it inherits, in their order, as the config writes them. */
  readonly addresses: readonly string[];
  /** Whether the operator can look at the runs of its scripts. */
  readonly recorded: boolean;
}

/** What a worker is asked: what it has counted, or the last runs of its scripts: all of them, or one. */
export type Question = { readonly about: 'counts' } | { readonly about: 'runs'; readonly id: string | null };

export const CONFIG = 'c';

/** Behind the config. */
export type Wish =
  | { readonly do: 'report'; readonly id: number; readonly question: Question }
  | { readonly do: 'stop'; readonly graceMs: number }
  | { readonly do: 'reopen' }
  | { readonly do: 'log-holdings' };

/** What a worker says, and a process that follows another one. */
export type Word =
  | { readonly is: 'serving'; readonly driver: string }
  | { readonly is: 'failed'; readonly problem: string }
  /** The first word of a process that is to follow the one that started it: it serves, as this software. */
  | { readonly is: 'follows'; readonly software: string }
  | { readonly is: 'report'; readonly id: number; readonly report: unknown };

/** Puts lines together of pieces. */
export class Lines {
  private rest = '';
  private readonly take: (line: string) => void;

  constructor(take: (line: string) => void) {
    this.take = take;
  }

  feed(text: string): void {
    const lines = text.split('\n');
    lines[0] = this.rest + lines[0];
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.take(line);
  }
}
