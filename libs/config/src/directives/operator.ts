// The directives for the operator of the process.

import * as z from 'zod/mini';
import { suggest } from '../diagnostics/suggest.ts';
import type { Admin, Listen } from '../model/types.ts';
import { row } from './row.ts';
import { parseListen } from './values/address.ts';
import type { Value } from './values/value.ts';
import { countOrAuto, lazy, refuseWord } from './values/values.ts';

/** An admin address as the config writes it. */
type WrittenAdmin = Pick<Admin, 'listen' | 'isPublic'>;

const admin: Value<WrittenAdmin> = lazy(() =>
  z.pipe(
    z.array(z.string()),
    z.transform(([word = '', extent]: string[], ctx: z.core.ParsePayload): WrittenAdmin => {
      const isPublic = extent === 'public';
      if (extent !== undefined && !isPublic) {
        refuseWord(ctx, 1, `"${extent}" is not possible here`, {
          expected: 'public, or ";"',
          suggestion: suggest(extent, ['public']),
        });
      }
      const listen = readAddress(word, isPublic, ctx);
      return listen === null ? z.NEVER : { listen, isPublic };
    }),
  ),
);

function readAddress(word: string, isPublic: boolean, ctx: z.core.ParsePayload): Listen | null {
  const listen = parseListen(word);
  if (typeof listen === 'string') refuseWord(ctx, 0, listen);
  else if (/^\d+$/.test(word) && !isPublic) {
    // A port alone is every address of the machine, as it is in `listen`.
    const message = 'a port alone is reached by everybody, who could then read the configuration';
    refuseWord(ctx, 0, message, { suggestion: `127.0.0.1:${word}` });
  } else if (listen.family !== 'unix' && !/(?:^|:)\d+$/.test(word)) {
    refuseWord(ctx, 0, 'the port is missing', { suggestion: `${word}:9000` });
  } else if (!isPublic && !isOwn(listen)) {
    const message = 'others can reach this address, and could then read the configuration';
    const expected = 'an address that starts with 127., [::1], unix:/path, or "public" behind the address';
    refuseWord(ctx, 0, message, { expected });
  } else return listen;
  return null;
}

/** Whether only this machine can reach an address. */
function isOwn({ family, host }: Listen): boolean {
  return family === 'unix' || host === '::1' || (family === 'ipv4' && host.startsWith('127.'));
}

export const operatorRows = {
  workers: row({
    name: 'workers',
    contexts: ['main'],
    usage: 'NUMBER|auto',
    inherits: false,
    value: countOrAuto(1, 256),
    expects: 'a number from 1 to 256, or auto',
    default: '1',
    help: 'The number of processes that serve, where the command webserv serves by a configuration; auto is one for each processor. With more than one, the process that was started serves nobody: it holds the listening sockets, starts the workers, starts one again that dies, and answers at the admin address for all of them. Each worker gets an equal part of max_connect, max_cgi, cgi_queue, max_uploads, max_listings, temp_disk, memory_limit and cache_size, but at least 1 of each, so the machine has what is written. What counts for one client address (rate_limit, max_connect_per_address, max_share_per_address, wrong passwords) holds in each worker by itself. A reload starts new workers and lets the old ones end their requests; idle connections close then. The last runs of scripts are kept in each worker, and /runs of the admin address shows those of all. A change from 1 to more acts from the next start on.',
    alias: ['worker_processes', 'threads', 'nbthread', 'processes'],
  }),
  admin: row({
    name: 'admin',
    contexts: ['main'],
    usage: 'ADDRESS [public]',
    max: 2,
    inherits: false,
    value: admin,
    expects: '127.0.0.1:9000, [::1]:9000 or unix:/path; then public for an address that others can reach',
    help: 'An address for the operator: /metrics (OpenMetrics), /healthz, /readyz (503 from the moment a stop begins), /status and /status.json, /config (the effective one), and /runs (the last runs of scripts). POST /reload has the server turn to what its config says now, as "webserv reload" does, and POST /upgrade has a new process of the program follow it, as "webserv upgrade" does. No server can have it too. It is a loopback address or a unix socket, whose file has the mode 0600. An address that others can reach needs the word public: it then shows the same to everybody who reaches it, and runs no action (403), so neither reload nor upgrade finds the server by it. It answers until the last other connection has closed.',
    alias: ['stub_status', 'status', 'metrics', 'stats'],
  }),
};
