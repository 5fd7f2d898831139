import type { LineSink } from '../file/line-sink.ts';
import type { AccessEntry } from './access-entry.ts';

/** One format: an entry in, a line of ASCII with its line end out. */
export interface AccessLine {
  write(entry: AccessEntry, sink: LineSink): void;
}
