/** A member of one list at a time. The list alone writes its neighbours. */
export interface Listed<T> {
  previous: T | null;
  next: T | null;
}

/** A list in the order in which its members came. To add or remove one costs the same however many there are. */
export class ClientList<T extends Listed<T>> {
  size = 0;
  first: T | null = null;
  last: T | null = null;

  append(member: T): void {
    member.previous = this.last;
    member.next = null;
    if (this.last === null) this.first = member;
    else this.last.next = member;
    this.last = member;
    this.size++;
  }

  remove(member: T): void {
    if (member.previous === null) this.first = member.next;
    else member.previous.next = member.next;
    if (member.next === null) this.last = member.previous;
    else member.next.previous = member.previous;
    member.previous = null;
    member.next = null;
    this.size--;
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (let member = this.first; member !== null; ) {
      // The caller may close it, which takes it out of the list.
      const { next } = member;
      yield member;
      member = next;
    }
  }
}
