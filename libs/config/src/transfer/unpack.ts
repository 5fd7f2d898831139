import type { Config } from '../model/types.ts';

/** Makes a config again of what `packConfig` has written. Lines come one by one, so that the work can come in pieces. */
export class ConfigUnpacker {
  private readonly objects: unknown[] = [];
  private readonly servers: unknown[] = [];

  /** Takes the next line. @returns the config, after the last line; null before it */
  take(line: string): Config | null {
    const parsed: unknown = JSON.parse(line);
    if (!isPlain(parsed) || !('main' in parsed)) {
      this.servers.push(this.unpack(parsed));
      return null;
    }
    const main = this.unpack(parsed['main']);
    const config: Record<string, unknown> = { ...(isPlain(main) ? main : {}), servers: this.servers };
    // It is what the same program has written, of a config.
    return config as unknown as Config;
  }

  private unpack(value: unknown): unknown {
    if (Array.isArray(value)) {
      this.objects.push(value);
      for (let index = 0; index < value.length; index++) value[index] = this.unpack(value[index]);
      return value;
    }
    if (!isPlain(value)) return value;
    const tag = value['$'];
    if (typeof tag === 'number') return this.objects[tag];
    if (typeof tag === 'string') return this.unpackTagged(tag, value['v']);
    this.objects.push(value);
    for (const name of Object.keys(value)) value[name] = this.unpack(value[name]);
    return value;
  }

  private unpackTagged(tag: string, content: unknown): unknown {
    if (!Array.isArray(content)) return Number(content);
    if (tag === 'r') {
      const pattern = new RegExp(String(content[0]), String(content[1]));
      this.objects.push(pattern);
      return pattern;
    }
    if (tag === 'b') {
      const bytes = Uint8Array.from(content);
      this.objects.push(bytes);
      return bytes;
    }
    if (tag === 's') {
      const set = new Set<unknown>();
      this.objects.push(set);
      for (const each of content) set.add(this.unpack(each));
      return set;
    }
    const map = new Map<unknown, unknown>();
    this.objects.push(map);
    for (const [key, each] of content) map.set(this.unpack(key), this.unpack(each));
    return map;
  }
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
