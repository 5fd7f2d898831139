import { present } from '../assert.ts';
import type { Op } from '../op.ts';
import type { Udata } from '../udata.ts';
import type { UdataTable } from '../udata-table.ts';

/** What a driver knows of a registered udata, as far as another one can take it over. */
interface Successive {
  udata: Udata;
  readonly reading: Op | null;
  readonly writing: Op | null;
}

/** Puts another udata in the place of a registered one. See `Loop.handOver`. */
export function handOver(table: UdataTable, known: Successive | null, from: Udata, to: Udata): void {
  const registration = present(known, 'what hands over is registered');
  if (registration.reading !== null || registration.writing !== null) {
    throw new Error(`${from.kind}: an operation is pending; it cannot hand over its descriptor`);
  }
  if (to.slot >= 0) throw new Error(`${to.kind}: it is registered already, and takes no descriptor over`);
  registration.udata = to;
  table.replace(from, to);
  to.fd = from.fd;
  from.fd = -1;
}
