import { sameName } from './field.ts';

/**
 * The fields of a reply, in the order in which they are sent. They are a flat array (name, value, name, value, ...):
 * for about five fields a scan is cheaper than any index, and nothing is copied to send them. Names keep their letter
 * case on the wire and are compared without it.
 */
export class HeaderList {
  private readonly items: string[] = [];

  /** The number of fields. */
  get count(): number {
    return this.items.length >> 1;
  }

  nameAt(index: number): string {
    return this.items[index * 2]!;
  }

  valueAt(index: number): string {
    return this.items[index * 2 + 1]!;
  }

  /** Sets one value, in the first place of the name or behind all others. It removes further values of that name. */
  set(name: string, value: string): this {
    const lower = name.toLowerCase();
    const found = this.find(lower, 0);
    if (found < 0) {
      this.items.push(name, value);
      return this;
    }
    this.items[found + 1] = value;
    for (let again = this.find(lower, found + 2); again >= 0; again = this.find(lower, again)) {
      this.items.splice(again, 2);
    }
    return this;
  }

  /** Adds a field beside those of the same name, as several Set-Cookie fields need it (RFC 9110, section 5.3). */
  append(name: string, value: string): this {
    this.items.push(name, value);
    return this;
  }

  /** Adds every field of another list but those whose names, in lower case, are in `except`. */
  copyFrom(other: HeaderList, except: ReadonlySet<string> | null = null): this {
    for (let index = 0; index < other.count; index++) {
      const name = other.nameAt(index);
      if (except === null || !except.has(name.toLowerCase())) this.append(name, other.valueAt(index));
    }
    return this;
  }

  /** Returns the first value of the name. */
  get(name: string): string | undefined {
    const found = this.find(name.toLowerCase(), 0);
    return found < 0 ? undefined : this.items[found + 1];
  }

  has(name: string): boolean {
    return this.find(name.toLowerCase(), 0) >= 0;
  }

  /** Removes every field of the name. */
  remove(name: string): this {
    const lower = name.toLowerCase();
    for (let found = this.find(lower, 0); found >= 0; found = this.find(lower, found))
      this.items.splice(found, 2);
    return this;
  }

  /** Returns the fields as [name, value] pairs. It is slower than a loop over `nameAt` and `valueAt`. */
  entries(): Array<[string, string]> {
    const pairs: Array<[string, string]> = [];
    for (let i = 0; i < this.items.length; i += 2) pairs.push([this.items[i]!, this.items[i + 1]!]);
    return pairs;
  }

  private find(lower: string, from: number): number {
    for (let i = from; i < this.items.length; i += 2) {
      if (sameName(this.items[i]!, lower)) return i;
    }
    return -1;
  }
}
