// Who a client is, and what it may.

import * as z from 'zod/mini';
import { quoted } from '../diagnostics/diagnostic.ts';
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

export const clientRows = {
  real_ip: row({
    name: 'real_ip',
    contexts: ['server'],
    usage: 'NETWORK... [header=NAME] | off',
    max: 64,
    value: realIp,
    expects: NETWORK,
    default: 'off',
    help: 'Trusts what proxies of these networks say of the address of a client. Logs, limits of one address and REMOTE_ADDR then go by that address. NETWORK is 10.0.0.0/8, 2001:db8::/32, an address, or unix: for unix sockets. The field is X-Forwarded-For, or NAME: Forwarded (RFC 7239) or any list of addresses. Of the addresses in it the last one counts that is of no trusted proxy. The field of any other client is ignored. max_connect_per_address counts connections, which a field cannot name: "listen ... proxy_protocol" can.',
    alias: ['set_real_ip_from', 'real_ip_header', 'trusted_proxies'],
  }),
};
