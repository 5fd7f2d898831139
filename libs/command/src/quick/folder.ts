import { join } from 'node:path';
import { type Config, loadText, report } from '@webserv/config';
import { CommandError } from '../command-error.ts';
import type { FolderAsk } from './ask.ts';
import { folderConfig } from './folder-config.ts';
import { type Clickable, clickable, listensOf, namesOf, USUAL_PORT } from './listens.ts';
import type { Machine } from './machine.ts';
import { ownCertificate } from './own-certificate.ts';
import { findPlace, type Place } from './place.ts';
import { shellWord } from './shell-word.ts';

/** How many ports `--port-auto` tries. */
const TRIES = 100;

/** The file of users in a configuration that is printed. A server hides such a name, should it lie in the root. */
const USERS = '.htpasswd';

/** A folder that is asked for, with all that its configuration needs. */
export class Folder {
  readonly ask: FolderAsk;
  readonly place: Place;
  private readonly machine: Machine;
  private readonly terminal: boolean;
  private readonly certificate: string;

  /**
   * @param terminal whether the access log goes to a person
   * @throws CommandError if what is asked for is not possible
   */
  constructor(ask: FolderAsk, machine: Machine, terminal: boolean) {
    const place = findPlace(ask);
    if (typeof place === 'string') throw new CommandError(place);
    this.ask = ask;
    this.place = place;
    this.machine = machine;
    this.terminal = terminal;
    this.certificate = ask.tls ? ownCertificate(namesOf(ask, machine), Date.now()) : '';
  }

  /** The ports to try, in order. */
  ports(): number[] {
    const { port, portAuto } = this.ask;
    const first = port ?? USUAL_PORT;
    if (!portAuto || first === 0) return [first];
    return Array.from({ length: TRIES }, (_, index) => first + index).filter((each) => each <= 65_535);
  }

  /** @param users the file with the user who may come in; '' lets in everybody */
  text(port: number, users = ''): string {
    const { ask, place, terminal, machine, certificate } = this;
    const listens = listensOf(ask, port, machine);
    const { spa, cors } = ask;
    return folderConfig({ place, listens, certificate, spa, users, cors, terminal });
  }

  /** The text for a file. A user's password is not asked for: a comment says how to set it. */
  printed(port: number): string {
    const { auth } = this.ask;
    if (auth === null) return this.text(port);
    const set = `webserv passwd ${USERS} ${shellWord(auth)}`;
    return `# "${set}" makes the file of auth_file, in the folder of this file.\n${this.text(port, USERS)}`;
  }

  /** @throws CommandError if the configuration is not possible here */
  config(port: number, users = ''): Config {
    const result = loadText(this.text(port, users), join(this.place.root, 'command line'));
    if (!result.ok) throw new CommandError(report(result.diagnostics));
    return result.config;
  }

  urls(port: number): Clickable {
    // Where the system chooses the port, the server listens by IPv4 alone.
    const machine = this.ask.port === 0 ? { ...this.machine, ipv6: [] } : this.machine;
    return clickable(this.ask, port, machine, encodeURIComponent(this.place.file));
  }

  /** What to say if a port is taken. */
  taken(port: number): string {
    const others =
      this.ask.portAuto && port !== 0
        ? `so are the ${TRIES - 1} behind it: choose another with -p PORT`
        : 'choose another with -p PORT, or take the next free one with --port-auto';
    return `port ${port} is taken by another program; ${others}`;
  }
}
