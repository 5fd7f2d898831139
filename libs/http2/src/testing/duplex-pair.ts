import { Duplex } from 'node:stream';
import type { ServerConnection } from '../connection/server-connection.ts';

/** A socket in memory, whose other end is a connection of this library. */
export class ServedSocket<T> extends Duplex {
  private readonly connection: ServerConnection<T>;
  /** Called after each piece that was received: says what there is to say. */
  private readonly speak: () => void;

  constructor(connection: ServerConnection<T>, speak: () => void) {
    super({ allowHalfOpen: false });
    this.connection = connection;
    this.speak = speak;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.connection.now = performance.now();
    this.connection.receive(chunk, 0, chunk.length);
    this.speak();
    done();
  }
}
