import { Recent } from './recent.ts';

/**
 * Fingerprints of keys that were evicted after their first stay, oldest first. A fingerprint has 32 bits, so a long
 * key costs no more than a short one. If two keys have the same fingerprint, one of them enters the main queue one
 * stay too early, and nothing else happens.
 */
export class Ghosts {
  private readonly prints = new Recent<number>();

  get count(): number {
    return this.prints.size;
  }

  /** Remembers a key, and forgets the oldest beyond `limit`. */
  add(key: string, limit: number): void {
    this.prints.add(fingerprint(key));
    // Two at most: if the limit shrank, the size reaches it in steps, and no call takes long.
    for (let i = 0; i < 2 && this.prints.size > limit; i++) this.prints.shift();
  }

  /** Whether the key is remembered. */
  has(key: string): boolean {
    return this.prints.size > 0 && this.prints.numberOf(fingerprint(key)) > 0;
  }

  /** Forgets the key. Returns whether it was remembered. */
  take(key: string): boolean {
    return this.prints.size > 0 && this.prints.delete(fingerprint(key));
  }

  clear(): void {
    this.prints.clear();
  }
}

const { imul } = Math;

/** FNV-1a over the character codes. */
function fingerprint(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = imul(hash ^ key.charCodeAt(i), 0x01000193);
  return hash;
}
