import { hostname, networkInterfaces } from 'node:os';

/** The addresses of this machine that other machines can reach it at. */
export interface Machine {
  readonly name: string;
  readonly ipv4: readonly string[];
  /** Without those that only hold on one link. */
  readonly ipv6: readonly string[];
}

export function thisMachine(): Machine {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const outside = all.filter(({ internal }) => !internal);
  return {
    name: hostname(),
    ipv4: outside.filter(({ family }) => family === 'IPv4').map(({ address }) => address),
    ipv6: outside
      .filter(({ family, address }) => family === 'IPv6' && !/^fe[89ab]/i.test(address))
      .map(({ address }) => address),
  };
}
