import type { Bounds } from '@webserv/http2';
import type { Turns } from '../turns/turns.ts';
import type { Floods } from './floods.ts';
import type { BufferPool } from './output.ts';
import type { StreamPool } from './served-stream.ts';

/** What the connections of one listening socket share. */
export interface Shared {
  readonly buffers: BufferPool;
  readonly floods: Floods;
  readonly turns: Turns;
  readonly bounds: Bounds;
  /** Gives the streams of the edition that the listening socket serves now. */
  readonly streams: () => StreamPool;
}
