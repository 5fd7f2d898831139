import type { TraceTopic } from '@webserv/methods';

/** A place in the config: `site.conf:3`; '' for a default. */
type Place = string;

/** One step on the way to an answer. */
export interface Step {
  readonly topic: TraceTopic;
  readonly text: string;
}

/** What a server would do with a request, and why. */
export interface Explanation {
  readonly request: { readonly method: string; readonly target: string; readonly from: string };
  readonly server: {
    readonly listen: string;
    /** Why this address, and not another one. */
    readonly address: string;
    /** What the handshake comes to; '' without TLS. */
    readonly tls: string;
    readonly name: string;
    readonly at: Place;
    /** Why this server of the address. */
    readonly reason: string;
    /** The other servers of the address. */
    readonly others: readonly string[];
  };
  readonly location: {
    readonly path: string;
    readonly at: Place;
    readonly reason: string;
    /** Locations that hold the path too, the next best one first. */
    readonly others: readonly string[];
    /** Locations that do not hold it, and look as if they were meant to. */
    readonly near: readonly string[];
  };
  /** What the location and its server say, without defaults. */
  readonly directives: readonly { readonly text: string; readonly level: string; readonly at: Place }[];
  readonly steps: readonly Step[];
  /** The program that would run, in place of an answer of the server's own; null if none would. */
  readonly script: {
    readonly file: string;
    readonly args: readonly string[];
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
  } | null;
  /** Null if the script says it, or if the connection would be closed without an answer. */
  readonly answer: {
    readonly status: number;
    /** The status line and the fields, without the blank line. */
    readonly head: readonly string[];
    readonly bodyBytes: number;
    /** Where the content comes from, and what the cache keeps of it. */
    readonly content: string;
  } | null;
  /** What the logs get. Those of a script are known when it has ended. */
  readonly logs: readonly { readonly path: string; readonly line: string }[];
}
