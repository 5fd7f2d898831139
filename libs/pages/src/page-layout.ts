import type { Memory } from '@webserv/event-loop';

/** Where a complete answer lies in memory, and how it is divided. */
export interface PageLayout {
  readonly memory: Memory;
  /** Where in `memory` the head begins. */
  readonly at: number;
  readonly headSize: number;
  /** Head and body. */
  readonly size: number;
  /** Of the Date value, from the beginning of the head. */
  readonly dateOffset: number;
  readonly date: string;
  readonly status: number;
}
