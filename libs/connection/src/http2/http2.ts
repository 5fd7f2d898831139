import { type Bounds, DEFAULT_BOUNDS } from '@webserv/http2';
import type { Limits } from '@webserv/request';
import type { Host, Protocol } from '../accept/guest.ts';
import { Turns } from '../turns/turns.ts';
import { Floods } from './floods.ts';
import { Http2ClientUdata } from './http2-client-udata.ts';
import { BufferPool } from './output.ts';
import { StreamPool } from './served-stream.ts';
import type { Shared } from './shared.ts';

/** RFC 9113 counts so many bytes more for each field (section 6.5.2). */
const FIELD_OVERHEAD = 32;

/** A head that HTTP/1.1 would read is read: what is larger is refused, with 431. */
function boundsOf({ maxHeader, maxHeaders }: Limits): Bounds {
  return {
    ...DEFAULT_BOUNDS,
    maxHeaderList: maxHeader + maxHeaders * FIELD_OVERHEAD,
    maxBlock: Math.max(DEFAULT_BOUNDS.maxBlock, maxHeader),
  };
}

/** Speaks HTTP/2 with every connection of a listening socket, from its first byte on (RFC 9113 section 3.3). */
export const http2: Protocol = (host: Host) => {
  // An address may turn to TLS. The connections of before stay what they are.
  const { secure: encrypted } = host;
  let streams = new StreamPool(host.loop, host.edition, encrypted);
  const shared: Shared = {
    buffers: new BufferPool(),
    floods: new Floods(host.loop),
    turns: Turns.of(host.loop),
    bounds: boundsOf(host.edition.limits),
    // A listening socket may turn to another edition. Requests under way end under their own.
    streams: () => {
      if (streams.edition !== host.edition) streams = new StreamPool(host.loop, host.edition, encrypted);
      return streams;
    },
  };
  return (fd, remote, wire, secure) => new Http2ClientUdata(host, shared, fd, remote, wire, secure);
};
