import type { Target } from '../target.ts';
import { accounts } from './accounts.ts';
import { application } from './application.ts';
import { body } from './body.ts';
import { conditions } from './conditions.ts';
import { config } from './config.ts';
import { connection } from './connection.ts';
import { head } from './head.ts';
import { hpack } from './hpack.ts';
import { http2 } from './http2.ts';
import { matching } from './matching.ts';
import { multipart } from './multipart.ts';
import { accept, names } from './names.ts';
import { range } from './range.ts';
import { scriptHead } from './script-head.ts';
import { hello, records } from './tls.ts';
import { uri } from './uri.ts';

/** All code that reads what a stranger, a script or an operator wrote. */
export const TARGETS: readonly Target[] = [
  head,
  body,
  connection,
  uri,
  range,
  conditions,
  multipart,
  names,
  accept,
  scriptHead,
  application,
  accounts,
  config,
  matching,
  hpack,
  http2,
  hello,
  records,
];
