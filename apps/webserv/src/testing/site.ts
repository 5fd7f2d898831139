import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { HashThreads } from '@webserv/accounts';
import { type Config, ConfigUnpacker, loadText, packConfig, report } from '@webserv/config';
import { realSystem, type System } from '@webserv/hosting';
import { type Running, type ServeOptions, serve } from '../index.ts';
import { pairFor } from './certificates.ts';
import type { TestOptions } from './drivers.ts';
import { type Protocol, spoken } from './spoken.ts';

/** Seconds since the epoch. */
const LONG_AGO = 1_600_000_000;

/** The thread of the build: the `test` target depends on `build`. */
const HASH = resolve(__dirname, '../../dist/hash.js');
const SYSTEM: System = { ...realSystem, hashing: () => new HashThreads(HASH) };

/** A folder with files and a server over it, for one test; `close` takes both away. */
export class TestSite {
  readonly folder = mkdtempSync(join(tmpdir(), 'webserv-'));
  running: Running | null = null;

  file(path: string, content: string | Uint8Array = ''): string {
    const full = join(this.folder, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
    return full;
  }

  /** A file that was last changed long ago: its entity tag is strong, and stays the same while a test goes on. */
  aged(path: string, content: string | Uint8Array = ''): string {
    const full = this.file(path, content);
    utimesSync(full, LONG_AGO, LONG_AGO);
    return full;
  }

  remove(path: string): void {
    rmSync(join(this.folder, path));
  }

  /** A file of zeros that takes no room on the disk. */
  sparse(path: string, size: number): string {
    const full = this.file(path);
    truncateSync(full, size);
    return full;
  }

  /** Starts with this config, whose relative paths begin in the folder. @returns the port of the first address */
  start(config: string, { protocol = 'http', ...options }: TestOptions = {}): number {
    return this.serve(this.read(this.speaking(config, protocol)), options, protocol);
  }

  /** The same with the config as a reload and a worker get it: another process has written it as text. */
  startCarried(config: string, options: ServeOptions = {}): number {
    return this.serve(carried(this.read(config)), options, 'http');
  }

  private read(config: string): Config {
    const result = loadText(config, join(this.folder, 'site.conf'));
    if (!result.ok) throw new Error(report(result.diagnostics));
    return result.config;
  }

  /** Turns to another config, which is carried as that of `startCarried` is. @returns '' or why not */
  reload(config: string): Promise<string> {
    if (this.running === null) throw new Error('nothing runs');
    return this.running.reload(carried(this.read(config)));
  }

  private serve(config: Config | string, options: ServeOptions, protocol: Protocol): number {
    this.running = serve(config, { system: SYSTEM, ...options });
    this.running.addresses.forEach((_, index) => {
      spoken.set(this.port(index), protocol);
    });
    return this.port(0);
  }

  /** The config, with another protocol on each of its free ports. */
  private speaking(config: string, protocol: Protocol): string {
    const listen = /listen (127\.0\.0\.1:0);/g;
    if (protocol === 'http') return config;
    if (protocol === 'h2c') return config.replace(listen, 'listen $1 h2c;');
    const { certificate, key } = pairFor('localhost');
    const paths = [this.file('tls/chain.pem', certificate), this.file('tls/key.pem', key)];
    return config.replace(listen, `listen $1 tls; certificate ${paths.join(' ')};`);
  }

  /** Starts over a copy of a shipped configuration and its site. @returns the port */
  startDemo({ protocol = 'http', ...options }: TestOptions = {}, name = 'webserv.conf'): number {
    for (const folder of ['conf', 'storage']) {
      cpSync(resolve(__dirname, '../..', folder), join(this.folder, folder), { recursive: true });
    }
    const conf = join(this.folder, 'conf', name);
    const config = readFileSync(conf, 'utf8').replace(/listen [^;]*;/, 'listen 127.0.0.1:0;');
    writeFileSync(conf, this.speaking(config, protocol));
    return this.serve(conf, options, protocol);
  }

  port(index: number): number {
    const address = this.running?.addresses[index] ?? '';
    return Number(address.slice(address.lastIndexOf(':') + 1));
  }

  async close(): Promise<void> {
    this.running?.addresses.forEach((_, index) => {
      spoken.delete(this.port(index));
    });
    await this.running?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function carried(config: Config): Config {
  const unpacker = new ConfigUnpacker();
  let read: Config | null = null;
  for (const line of packConfig(config)) read = unpacker.take(line);
  if (read === null) throw new Error('the last line ends a config');
  return read;
}
