import type { Config } from '@webserv/config';
import { SocketFiles } from '@webserv/connection';
import { PidFile } from '../control/pid-file.ts';
import type { Turn } from '../control/turn-state.ts';
import type { HostedEdition } from '../edition/hosted-edition.ts';
import type { Engine } from '../process/engine.ts';
import { placeOf } from '../process/place-of.ts';
import { StartError } from '../process/start-error.ts';
import { Inheritance } from '../upgrade/inheritance.ts';
import type { InheritedPidFile, Will } from '../upgrade/will.ts';
import { AdminDoor } from './admin-door.ts';

/** How long those who look at the admin address may still read what they have asked for. */
const LAST_LOOK_MS = 500;

/** The two, of one config. */
interface Ends {
  readonly pid: PidFile | null;
  readonly door: AdminDoor | null;
}

const NONE: Ends = { pid: null, door: null };

type Bequest = Pick<Will, 'pid' | 'admin'>;
const NOTHING: Bequest = { pid: null, admin: null };

/** How an operator reaches the server: its pid file and its admin address. They follow the config. */
export class OperatorEnds {
  private readonly engine: Engine;
  private now: Ends = NONE;
  /** Of the config that is being turned to. */
  private next: Ends = NONE;
  /** What the process before this one has open. */
  private readonly inheritedPid: InheritedPidFile | null;
  private readonly inheritedDoor: Inheritance;

  /** @param inherited by a process that follows another one */
  constructor(engine: Engine, inherited: Bequest = NOTHING) {
    this.engine = engine;
    this.inheritedPid = inherited.pid;
    this.inheritedDoor = new Inheritance(inherited.admin === null ? [] : [inherited.admin]);
  }

  /** The admin address, or null. */
  get admin(): string | null {
    return this.now.door?.address ?? null;
  }

  /** Opens what a config needs beside what is open. @throws StartError if it is not available */
  open({ pid, admin, origins }: Config): void {
    const { now } = this;
    this.next = now;
    const door =
      admin === null
        ? null
        : now.door?.isAt(admin)
          ? now.door
          : new AdminDoor(admin, this.engine, this.inheritedDoor);
    this.next = { pid: now.pid, door };
    const file = pid === null ? null : pid === now.pid?.path ? now.pid : this.fileOf(pid);
    if (typeof file === 'string') {
      this.abandon();
      throw new StartError(`${placeOf(origins.get('pid'))}: error: ${file}`);
    }
    this.next = { pid: file, door };
  }

  private fileOf(path: string): PidFile | string {
    const { inheritedPid } = this;
    return inheritedPid?.path === path ? PidFile.inherited(inheritedPid) : PidFile.open(path);
  }

  /** The config of `open` is served. */
  take(edition: HostedEdition): void {
    const { now, next } = this;
    this.now = next;
    next.door?.turnTo(edition);
    if (now.pid !== next.pid) now.pid?.close();
    if (now.door !== next.door) void now.door?.close(LAST_LOOK_MS);
  }

  /** The config of `open` is not served after all. */
  abandon(): void {
    const { now, next } = this;
    this.next = now;
    if (now.pid !== next.pid) next.pid?.close();
    if (now.door !== next.door) next.door?.letGo();
  }

  cutUnder(edition: HostedEdition): void {
    this.now.door?.cutUnder(edition);
  }

  forget(edition: HostedEdition): void {
    this.now.door?.forget(edition);
  }

  /** What another process may take over. */
  left(): Bequest {
    const { pid, door } = this.now;
    return { pid: pid?.left ?? null, admin: door?.left() ?? null };
  }

  /** Another process is the server from now on: whoever reads the pid file finds that one. */
  name(pid: number): void {
    this.now.pid?.name(pid);
  }

  /** Another process has both: they stay as they are, and this one lets go of them. */
  handOver(): void {
    const { pid, door } = this.now;
    this.now = NONE;
    this.next = NONE;
    pid?.handOver();
    void door?.handOver(LAST_LOOK_MS);
  }

  /** The process before this one has let go of both. What the config does not name any more closes. */
  follow(): void {
    const { pid, door } = this.now;
    const { inheritedPid, inheritedDoor, engine } = this;
    if (inheritedPid !== null && inheritedPid.path !== pid?.path) PidFile.inherited(inheritedPid).close();
    pid?.follow();
    inheritedDoor.follow(door?.files ?? new SocketFiles('owner'), engine.loop);
  }

  reloadBegins(): void {
    this.now.pid?.reloadBegins();
  }

  /** @param problem '' if the new config is served */
  reloadEnds(what: Turn, problem: string): void {
    this.now.pid?.reloadEnds(what, problem);
  }

  /** The last that closes: an operator sees the others end. */
  async close(): Promise<void> {
    const { pid, door } = this.now;
    this.now = NONE;
    this.next = NONE;
    await door?.close(LAST_LOOK_MS);
    pid?.close();
  }

  /** A server that could not start, or that is cut short. */
  letGo(): void {
    const { pid, door } = this.next;
    this.now = NONE;
    this.next = NONE;
    pid?.close();
    door?.letGo();
  }
}
