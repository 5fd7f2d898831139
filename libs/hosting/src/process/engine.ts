import type { Registry } from '@webserv/admin';
import type { Clock } from '@webserv/connection';
import type { Loop } from '@webserv/event-loop';
import type { Compressor, Watches } from '@webserv/pages';
import type { LogBook } from './log-book.ts';
import type { System } from './system.ts';

/** The parts that live as long as the server, whatever the config says. */
export interface Engine {
  /** The name and version of the server, as scripts see it: `webserv/1.2.3`. */
  readonly software: string;
  readonly loop: Loop;
  readonly system: System;
  readonly clock: Clock;
  readonly book: LogBook;
  readonly compressor: Compressor;
  readonly watches: Watches;
  /** What the server counts, for its operator. */
  readonly registry: Registry;
}
