// Who a client is, and what it may.

import * as z from 'zod/mini';
import { quoted } from '../diagnostics/diagnostic.ts';
import type { AccessRule, RateLimit } from '../model/access.ts';
import { type Network, parseNetwork } from '../model/network.ts';
import type { RealIp } from '../model/types.ts';
import { row } from './row.ts';
import type { Value } from './values/value.ts';
import { lazy, refuseWord } from './values/values.ts';

const FIELD_NAME = /^[!#$%&'*+.^`|~\w-]{1,64}$/;
const HEADER = 'header=';
const NETWORK = 'a network such as 10.0.0.0/8 or 2001:db8::/32, an address, or unix:';

/** Reads one word as a network, or refuses it. */
function readNetwork(words: readonly string[], index: number, ctx: z.core.ParsePayload): Network | null {
  const read = parseNetwork(words[index]);
  if (!('message' in read)) return read;
  refuseWord(ctx, index, `${quoted(words[index])}: ${read.message}`, {
    expected: NETWORK,
    suggestion: read.suggestion,
  });
  return null;
}

const realIp: Value<RealIp | null> = lazy(() =>
  z.pipe(
    z.array(z.string()),
    z.transform((words: string[], ctx: z.core.ParsePayload): RealIp | null => {
      if (words[0] === 'off') {
        if (words.length > 1) refuseWord(ctx, 1, 'nothing can follow off', { expected: '";"' });
        return null;
      }
      const networks: Network[] = [];
      let field = '';
      words.forEach((word, index) => {
        if (!word.startsWith(HEADER)) {
          const network = readNetwork(words, index, ctx);
          if (network !== null) networks.push(network);
          return;
        }
        const name = word.slice(HEADER.length);
        if (field !== '') refuseWord(ctx, index, 'a second header', { expected: 'one header=' });
        else if (!FIELD_NAME.test(name)) {
          refuseWord(ctx, index, `${quoted(name)} is no name of a field`, {
            expected: 'header=X-Forwarded-For',
          });
        }
        field = name.toLowerCase();
      });
      if (words.length === 1 && field !== '') {
        refuseWord(ctx, 0, 'no proxy is named that is trusted', { expected: NETWORK });
      }
      return { networks, field: field === '' ? 'x-forwarded-for' : field };
    }),
  ),
);

function accessRules(allows: boolean): Value<readonly AccessRule[]> {
  return lazy(() =>
    z.pipe(
      z.array(z.string()),
      z.transform((words: string[], ctx: z.core.ParsePayload): readonly AccessRule[] =>
        words.flatMap((word, index): AccessRule[] => {
          if (word === 'all') return [{ allows, network: null }];
          const network = readNetwork(words, index, ctx);
          return network === null ? [] : [{ allows, network }];
        }),
      ),
    ),
  );
}

const RATE = /^([1-9]\d{0,5})r?\/([sm])$/;
const OPTION = /^(?:burst=(\d{1,6})|key=(address|user))$/;
const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000 };

const rateLimit: Value<RateLimit | null> = lazy(() =>
  z.pipe(
    z.array(z.string()),
    z.transform(([rate = '', ...options]: string[], ctx: z.core.ParsePayload): RateLimit | null => {
      if (rate === 'off') {
        if (options.length > 0) refuseWord(ctx, 1, 'nothing can follow off', { expected: '";"' });
        return null;
      }
      const [, count = '1', unit = 's'] = RATE.exec(rate) ?? [];
      if (!RATE.test(rate))
        refuseWord(ctx, 0, `${quoted(rate)} is no rate`, { expected: '10/s, 30/m or off' });
      let burst: number | null = null;
      let key: RateLimit['key'] | null = null;
      options.forEach((word, index) => {
        const [, early, by] = OPTION.exec(word) ?? [];
        if ((early !== undefined && burst !== null) || (by !== undefined && key !== null)) {
          refuseWord(ctx, index + 1, `${quoted(word)} comes second`, { expected: 'each option once' });
        } else if (early !== undefined) burst = Number(early);
        else if (by !== undefined) key = by === 'user' ? 'user' : 'address';
        else {
          refuseWord(ctx, index + 1, `${quoted(word)} is not possible here`, {
            expected: 'burst=20, at most 999999; key=address or key=user',
          });
        }
      });
      return { intervalMs: UNIT_MS[unit] / Number(count), burst: burst ?? 0, key: key ?? 'address' };
    }),
  ),
);

const ACCESS_HELP =
  'Of all allow and deny in a block the first one counts that has the address of the client, as real_ip and proxy_protocol give it. A client that none of them has may. All of allow and deny, rate_limit and auth_basic must let a client in. A location with an allow or deny of its own takes none of its server. The rules of the location that rewrite leads to count, or of the one that the path chooses, before anything else of it. What try_files, spa, default_file or a local redirect of a script answers with from another location goes by the rules of that one too.';

export const clientRows = {
  allow: row({
    name: 'allow',
    contexts: ['server', 'location'],
    usage: 'NETWORK|all...',
    max: 64,
    repeat: 'many',
    each: true,
    value: accessRules(true),
    expects: `${NETWORK}, or all`,
    help: `Lets clients of these networks in. ${ACCESS_HELP}`,
  }),
  deny: row({
    name: 'deny',
    contexts: ['server', 'location'],
    usage: 'NETWORK|all...',
    max: 64,
    repeat: 'many',
    each: true,
    value: accessRules(false),
    expects: `${NETWORK}, or all`,
    help: 'Answers clients of these networks with 403. See allow.',
  }),
  rate_limit: row({
    name: 'rate_limit',
    contexts: ['server', 'location'],
    usage: 'N/s|N/m [burst=N] [key=address|user] | off',
    max: 3,
    value: rateLimit,
    expects: '10/s, 30/m or off',
    default: 'off',
    help: 'Answers at most so many requests a second or a minute of one client address, and burst more that come early. The others get 429 with Retry-After. With key=user it counts the requests of each user of auth_basic instead, from whatever address, after the password was found right. What a server sets, its locations share; a location with a limit of its own counts by itself. The address is the one of real_ip and proxy_protocol. An IPv6 client counts by its /64. Clients of unix sockets are not counted. The server remembers the last 32,768 of them. With workers it holds in each of them by itself. A client may then have as many times the rate as there are workers.',
    alias: ['limit_req', 'limit_req_zone'],
  }),
  real_ip: row({
    name: 'real_ip',
    contexts: ['server'],
    usage: 'NETWORK... [header=NAME] | off',
    max: 64,
    value: realIp,
    expects: NETWORK,
    default: 'off',
    help: 'Trusts what proxies of these networks say of the address of a client. Logs, allow and deny, rate_limit, limits of one address and REMOTE_ADDR then go by that address. NETWORK is 10.0.0.0/8, 2001:db8::/32, an address, or unix: for unix sockets. The field is X-Forwarded-For, or NAME: Forwarded (RFC 7239) or any list of addresses. Of the addresses in it the last one counts that is of no trusted proxy. The field of any other client is ignored. max_connect_per_address counts connections, which a field cannot name: "listen ... proxy_protocol" can.',
    alias: ['set_real_ip_from', 'real_ip_header', 'trusted_proxies'],
  }),
};
