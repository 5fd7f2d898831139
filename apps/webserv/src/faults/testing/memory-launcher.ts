import { constants as os } from 'node:os';
import type { Launcher } from '@webserv/cgi';
import type { SpawnRequest } from '@webserv/event-loop';
import type { FakeDriver, FakePeer, Random } from '@webserv/event-loop/testing';
import { ScriptChild } from './script-child.ts';
import type { Trouble } from './trouble.ts';

const { ESRCH } = os.errno;

/** Children that run in memory, as the world's actors. */
export class MemoryLauncher implements Launcher {
  readonly children: ScriptChild[] = [];
  private readonly driver: FakeDriver;
  private readonly trouble: Trouble;
  private readonly random: Random;

  constructor(driver: FakeDriver, trouble: Trouble, random: Random) {
    this.driver = driver;
    this.trouble = trouble;
    this.random = random;
  }

  get running(): number {
    return this.children.filter((child) => child.running).length;
  }

  spawn(request: SpawnRequest, done: (result: number) => void): void {
    const begin = (): void => {
      const struck = this.trouble.strike('spawn');
      done(struck > 0 ? -struck : this.begin(request));
    };
    if (this.random.chance(0.3)) begin();
    else setTimeout(begin, this.trouble.delay());
  }

  killGroup(group: number, signal: number): number {
    const child = this.children.find(({ pid }) => pid === group);
    if (child === undefined) return -ESRCH;
    this.trouble.tell?.(`child ${group} gets signal ${signal}`);
    const wasRunning = child.running;
    child.signal(signal);
    return wasRunning ? 0 : -ESRCH;
  }

  openChildPipe(ours: 0 | 1): [number, number] | number {
    const struck = this.trouble.strike('pipe');
    const pipe = struck > 0 ? -struck : this.driver.childPipe();
    if (typeof pipe === 'number') return pipe;
    return ours === 0 ? [pipe.ours, pipe.theirs] : [pipe.theirs, pipe.ours];
  }

  openNothing(): number {
    return this.driver.openFile('');
  }

  openSpoolFile(): number {
    const struck = this.trouble.strike('spool');
    return struck > 0 ? -struck : this.driver.openFile('');
  }

  private begin({ env, stdin, stdout, stderr }: SpawnRequest): number {
    const query = env.find((entry) => String(entry).startsWith('QUERY_STRING=')) ?? '';
    const child = new ScriptChild(this.driver, this.random, String(query).slice('QUERY_STRING='.length), {
      stdin: this.driver.inherit(stdin),
      stdout: this.driver.inherit(stdout) as FakePeer,
      stderr: this.driver.inherit(stderr) as FakePeer,
    });
    this.children.push(child);
    this.trouble.tell?.(`child ${child.pid}: ${query}`);
    return child.pid;
  }
}
