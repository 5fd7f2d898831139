/** The far end of a connection, as a visitor sees it: over TCP, or over TLS. */
export interface Peer {
  /** How many bytes have been received so far. */
  readonly length: number;
  /** The server has sent its end, and everything before it is here. */
  readonly ended: boolean;
  /** The connection is broken: what is here may be a part. */
  readonly wasReset: boolean;
  /** The visitor has gone away. */
  readonly gone: boolean;
  /** Faults that have struck the server's calls on this connection. */
  readonly faults: number;
  write(bytes: Uint8Array | string): void;
  /** All bytes received so far. */
  read(): Buffer;
  /** Sends nothing more, and goes on receiving. */
  end(): void;
  reset(): void;
  /** Goes away. */
  close(): void;
  stop(): void;
  resume(): void;
}
