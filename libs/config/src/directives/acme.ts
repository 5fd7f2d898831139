// The directives of ACME: certificates that an authority issues by itself.

import * as z from 'zod/mini';
import type { Acme } from '../model/types.ts';
import { row } from './row.ts';
import type { Value } from './values/value.ts';
import { lazy, refuseWord, text } from './values/values.ts';

/** Let's Encrypt. */
const DIRECTORY = 'https://acme-v02.api.letsencrypt.org/directory';
const OPTION = 'directory=';

const acme: Value<Acme> = lazy(() =>
  z.pipe(
    z.array(z.string()),
    z.transform(([email = '', option]: string[], ctx: z.core.ParsePayload): Acme => {
      // The authority judges it. This finds a word that was meant for something else.
      if (!/^[^\s@,?]+@[^\s@,?]+$/.test(email)) {
        refuseWord(ctx, 0, `"${email}" is no address of mail`, {
          expected: 'the address that the authority writes to, such as admin@example.org',
        });
      }
      if (option === undefined) return { email, directory: DIRECTORY };
      const directory = option.slice(OPTION.length);
      if (!option.startsWith(OPTION) || !/^https:\/\/[^\s/]+\/\S*$/.test(directory)) {
        refuseWord(ctx, 1, `"${option}" is not possible here`, {
          expected: '"directory=https://HOST/PATH", the address of the directory of another authority',
        });
      }
      return { email, directory };
    }),
  ),
);

export const acmeRows = {
  acme: row({
    name: 'acme',
    contexts: ['server'],
    usage: 'EMAIL [directory=URL]',
    max: 2,
    inherits: false,
    value: acme,
    expects: 'an address of mail, and where another authority than Let’s Encrypt is meant its directory',
    help: 'Gets a certificate for the names of this server from an authority by ACME (RFC 8555), and renews it, in a process of its own. It stands in the place of certificate. By this you agree to the terms of the authority. It looks at this server by HTTP on port 80 or by TLS on port 443. Until the certificate is there, the server shows one that it has signed itself. Names that begin with *. get none: for them an authority looks into DNS, which is not offered. To try it, name the directory of an authority for trials. See acme_store.',
    alias: ['acme_issuer', 'acme_certificate', 'letsencrypt', 'acme_email', 'acme_client'],
  }),
  acme_store: row({
    name: 'acme_store',
    contexts: ['main'],
    usage: 'FOLDER',
    value: text,
    expects: 'a folder for accounts and certificates',
    help: 'The folder in which accounts, keys and certificates of acme are kept. The server makes it for its account alone. Several machines that serve the same names may share it: one of them at a time asks the authority.',
    alias: ['acme_state_path', 'acme_home', 'storage'],
  }),
};
