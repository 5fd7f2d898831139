import { spawnSync } from 'node:child_process';

/** Runs ip(8). @returns whether it did what it was asked for */
export function ip(words: string): boolean {
  return spawnSync('ip', words.split(' ')).status === 0;
}

/**
 * One network with machines on it: a namespace of ip-netns(8) for each, whose `eth0` is plugged into a switch. The switch is
 * in a namespace of its own, which is a machine of the network too.
 */
export class Network {
  private readonly own: string;
  private readonly machines: Readonly<Record<string, string>>;

  /**
   * @param own the address of the machine that has the switch
   * @param machines the addresses of the others by their names, which are the names of the switch's ports too
   */
  constructor(own: string, machines: Readonly<Record<string, string>>) {
    this.own = own;
    this.machines = machines;
  }

  /** Whether this system and this account may make one: it takes Linux, root and iproute2. */
  static get possible(): boolean {
    const probe = new Network('192.0.2.1', { probe: '192.0.2.2' });
    const made = probe.made();
    probe.drop();
    return made;
  }

  make(): void {
    if (!this.made()) throw new Error(`ip(8) cannot make the network of ${this.namespace()}`);
  }

  /** The namespace of a machine, or of the one that has the switch. */
  namespace(name = 'switch'): string {
    return `webserv-${process.pid}-${name}`;
  }

  /** Connects a machine with the switch, or takes the cable away. */
  connect(name: string, on: boolean): void {
    ip(`-n ${this.namespace()} link set ${name} ${on ? 'up' : 'down'}`);
  }

  drop(): void {
    for (const name of ['switch', ...Object.keys(this.machines)]) ip(`netns delete ${this.namespace(name)}`);
  }

  /** Makes it in place of what an earlier suite of this process has left: the names are the same. */
  private made(): boolean {
    this.drop();
    const { own } = this;
    const at = this.namespace();
    const made = [
      `netns add ${at}`,
      `-n ${at} link set lo up`,
      `-n ${at} link add eth0 type bridge`,
      `-n ${at} address add ${own}/24 dev eth0`,
      `-n ${at} link set eth0 up`,
    ].every(ip);
    return made && Object.entries(this.machines).every(([name, address]) => this.plug(name, address));
  }

  private plug(name: string, address: string): boolean {
    const [at, own] = [this.namespace(), this.namespace(name)];
    return [
      `netns add ${own}`,
      `-n ${own} link set lo up`,
      `-n ${at} link add ${name} type veth peer name eth0 netns ${own}`,
      `-n ${at} link set ${name} master eth0 up`,
      `-n ${own} address add ${address}/24 dev eth0`,
      `-n ${own} link set eth0 up`,
    ].every(ip);
  }
}
