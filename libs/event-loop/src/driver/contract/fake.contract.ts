import type { Address } from '../../address.ts';
import { Loop } from '../../index.ts';
import { Change } from '../../op.ts';
import { FakeDriver } from '../fake/fake-driver.ts';
import type { FakeOptions } from '../fake/plan.ts';
import type { Harness, Paths, Peer } from './harness.contract.ts';

const ROUNDS = 200_000;
const FIRST_LIMITED = 1 << 20;

/** What the contract asks of a driver, and the scripted one has not. */
export const FAKE_SKIPS = {
  wake: 'nothing outside of it can wake it',
  flags: 'its descriptors have none',
  slowDisks: 'its disk is as slow as the seed says',
};

/** The scripted driver: nothing of it leaves memory. */
export class FakeHarness implements Harness {
  readonly driver: FakeDriver;
  readonly loop: Loop;
  readonly large = 1 << 20;
  private folders = 0;

  constructor(options: FakeOptions) {
    this.driver = new FakeDriver(options);
    this.loop = Loop.open({ driver: this.driver, hosted: false });
  }

  listen(): { fd: number; address: Address } {
    const fd = this.driver.listen({ family: 'ipv4', host: '127.0.0.1', port: 0 }, 16);
    return { fd, address: this.driver.addressOf(fd) };
  }

  async connect(address: Address): Promise<Peer> {
    return this.driver.connect(address, '127.0.0.1');
  }

  async arrive(): Promise<void> {}

  pipe(): { fd: number; peer: Peer } {
    return this.driver.pipe();
  }

  openFile(content: Uint8Array): number {
    return this.driver.openFile(content);
  }

  contentOf(fd: number): Buffer {
    return this.driver.contentOf(fd) ?? Buffer.alloc(0);
  }

  resize(fd: number, length: number): void {
    this.driver.resize(fd, length);
  }

  chill(): void {}

  spawn(how: { exit: number } | { signal: number }): { pid: number; end(): void } {
    const pid = this.driver.spawn();
    return { pid, end: () => this.driver.exit(pid, 'exit' in how ? how.exit : 256 + how.signal) };
  }

  paths(): Paths {
    const folder = `/folder-${this.folders++}`;
    const file = `${folder}/watched`;
    const { driver } = this;
    return {
      folder,
      file,
      write: () => driver.change(file, Change.WRITTEN),
      rename: () => driver.change(file, Change.RENAMED),
      remove: () => driver.change(file, Change.REMOVED),
      create: (name) => driver.change(folder, Change.WRITTEN, name),
    };
  }

  withoutDescriptors(act: () => void): void {
    this.driver.limitDescriptors(this.driver.counts.descriptors);
    act();
    this.driver.limitDescriptors(FIRST_LIMITED);
  }

  descriptors(): number {
    return this.driver.counts.descriptors;
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    for (let round = 0; round < ROUNDS; round++) {
      if (condition()) return;
      this.loop.tick(1);
    }
    throw new Error(`fake: waited in vain for ${what}: ${JSON.stringify(this.driver.counts)}`);
  }

  async dispose(): Promise<void> {
    this.loop.dispose();
  }
}
