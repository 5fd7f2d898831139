import type { Random } from '../random.ts';

/** What the bystander of an attack asks for, again and again. */
export type Errand = 'page' | 'script' | 'upload';

/** The folders of a server under attack, all in one temporary folder. */
export interface Ground {
  /** Adds a file. The path is relative to that folder, such as `files/page.html`. */
  file(path: string, content: string | Uint8Array, mode?: number): void;
  /** The text that the server's access log holds now, its path from the same folder. */
  logSize(): number;
  readonly folder: string;
  readonly random: Random;
}

/** A server under attack, as its attacker sees it. */
export interface Target {
  readonly port: number;
  /** Of all addresses, in the order of the config. */
  readonly ports: readonly number[];
  readonly ground: Ground;
  /** Aborted when the attack has lasted long enough. Whatever waits then returns. */
  readonly over: AbortSignal;
}

/**
 * One way to harm a server. Anybody that can reach the server can use it.
 *
 * `play` runs until it has done its work or `over` is aborted. It closes what it has opened, and reports in a few words
 * what became of its requests.
 */
export interface Attack {
  readonly name: string;
  /** What it does, in the words of the table. */
  readonly what: string;
  readonly errand: Errand;
  /** Directives of the `server` block, beside those that every attack has. */
  readonly directives?: string;
  /** Options of Node for the server's process. */
  readonly node?: readonly string[];
  /** The longest time in seconds. */
  readonly seconds: number;
  prepare?(ground: Ground): void;
  play(target: Target): Promise<string>;
}
