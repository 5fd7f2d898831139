import type { Attack } from './attack.ts';
import { connections } from './play/connections.ts';
import { handshakes } from './play/handshakes.ts';
import { heads } from './play/heads.ts';
import { listings } from './play/listings.ts';
import { slots } from './play/slots.ts';
import { streams } from './play/streams.ts';
import { uploads } from './play/uploads.ts';

/** Every attack, in the order of the table. */
export const ATTACKS: readonly Attack[] = [
  ...listings,
  ...slots,
  ...uploads,
  ...connections,
  ...heads,
  ...streams,
  ...handshakes,
];
