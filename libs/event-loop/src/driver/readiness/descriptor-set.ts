import { present } from '../../assert.ts';
import type { Interest } from '../driver.ts';

/** The token registered under a descriptor, and the directions that it waits for. */
interface Member {
  readonly fd: number;
  slot: number;
  generation: number;
  wanted: number;
}

/**
 * What the level pollers know: the registered descriptors, dense, so that a wait can walk them. A direction is wanted
 * until it has been reported once.
 */
export class DescriptorSet {
  readonly members: Member[] = [];
  private readonly indexOf = new Map<number, number>();

  add(fd: number, slot: number, generation: number): void {
    this.indexOf.set(fd, this.members.length);
    this.members.push({ fd, slot, generation, wanted: 0 });
  }

  want(fd: number, interest: Interest): void {
    const index = this.indexOf.get(fd);
    if (index !== undefined) this.members[index].wanted |= interest;
  }

  remove(fd: number): void {
    const index = this.indexOf.get(fd);
    if (index === undefined) return;
    this.indexOf.delete(fd);
    const last = present(this.members.pop(), 'the last member');
    if (last.fd === fd) return;
    this.members[index] = last;
    this.indexOf.set(last.fd, index);
  }
}
