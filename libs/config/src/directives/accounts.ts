// Who may come in with a password.

import * as z from 'zod/mini';
import { row } from './row.ts';
import type { Value } from './values/value.ts';
import { lazy, one, refuse, text } from './values/values.ts';

/** Long enough for a sentence in the window that asks for the password. */
const REALM_MAX = 200;

/** A realm is a quoted string of a field (RFC 7617, section 2). */
const realm: Value<string | null> = lazy(() =>
  one(
    z.pipe(
      z.string(),
      z.transform((word: string, ctx: z.core.ParsePayload): string | null => {
        if (word === 'off') return null;
        if (word === '') return refuse(ctx, 'the realm is empty');
        if (!/^[ -~]+$/.test(word)) return refuse(ctx, 'a realm is sent in a field, which holds ASCII');
        if (word.length > REALM_MAX) return refuse(ctx, `the realm has more than ${REALM_MAX} characters`);
        return word;
      }),
    ),
  ),
);

export const accountRows = {
  auth_basic: row({
    name: 'auth_basic',
    contexts: ['server', 'location'],
    usage: 'REALM|off',
    value: realm,
    expects: 'a text that browsers show when they ask for the password, or off',
    default: 'off',
    help: 'Lets in clients that send the name and the password of a user of auth_file (Basic, RFC 7617). The others get 401. allow, deny and rate_limit are judged first. A right answer holds for five minutes without another look at the hash, and not longer than the line of the user stays. A client address that has sent 20 wrong ones gets 429 with Retry-After, and may send one more every three seconds; an IPv6 client counts by its /64, a client of a unix socket is not counted, and each worker counts by itself. If more passwords wait to be hashed than the server can do in seconds, it answers 503 with Retry-After. What try_files, spa, default_file or a local redirect of a script (one that answers an error, too) answers with from another location goes by the allow, deny and auth_basic of that one too. Scripts get REMOTE_USER and AUTH_TYPE, and not the password. The password is not encrypted on the way: use it over TLS.',
    alias: ['authtype', 'basic_auth', 'basicauth', 'auth'],
  }),
  auth_file: row({
    name: 'auth_file',
    contexts: ['server', 'location'],
    usage: 'FILE',
    value: text,
    expects: 'an htpasswd file',
    help: 'The users that auth_basic lets in: a line USER:HASH for each, as "webserv passwd FILE USER" writes it, or htpasswd -B. The hash is of bcrypt ($2y$), SHA-crypt ($6$, $5$), apr1 or Argon2 ($argon2id$). A line with another hash, or with the password itself, is an error. The file is followed: what it says counts within seconds, and a file with a bad line is reported and not used. It must not lie where clients can read it.',
    alias: ['auth_basic_user_file', 'authuserfile', 'htpasswd'],
  }),
};
