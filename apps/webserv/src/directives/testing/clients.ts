import type { Place, Probe } from './probe.ts';

/** Who a script and the log take the client of a request for, that names others in two fields. */
async function clientOf(place: Place): Promise<unknown> {
  const fields = 'X-Forwarded-For: 192.0.2.1\r\nForwarded: for=192.0.2.2\r\n';
  const { body } = await place.ask(place.get('/who.run', fields));
  const { remote } = await place.lastLine();
  return [body.toString(), remote];
}

/** Who a client is, and what it may. */
export const CLIENTS: Readonly<Record<string, Probe>> = {
  real_ip: {
    settings: [
      ['real_ip 127.0.0.0/8;', ['192.0.2.1', '192.0.2.1']],
      ['real_ip 127.0.0.1 header=Forwarded;', ['192.0.2.2', '192.0.2.2']],
      ['real_ip 10.0.0.0/8;', ['127.0.0.1', '127.0.0.1']],
      ['real_ip off;', ['127.0.0.1', '127.0.0.1']],
    ],
    around: { location: 'cgi .run /bin/sh;' },
    files: {
      'files/who.run':
        'printf "Content-Type: text/plain\\n\\n$REMOTE_ADDR$REMOTE_PORT" | sed "s/\\(127.0.0.1\\).*/\\1/"',
    },
    observe: clientOf,
  },
};
