import type { Config, Listen } from '@webserv/config';
import { type Address, ERRNO, errnoMessage, formatAddress, Loop } from '@webserv/event-loop';
import { Dialogue } from './dialogue.ts';

/** A server that answers nothing for so long does not answer. */
const ANSWER_MS = 10_000;

/** How it is asked, where that is not as usual. */
interface How {
  readonly method?: 'GET' | 'POST';
  /** The wait for the whole answer. */
  readonly ms?: number;
}

type Said = { readonly status: number; readonly body: string } | { readonly problem: string };

/**
 * Asks the admin address that a config names.
 * @param path with the query
 * @returns the answer; or why there is none, ready to be printed
 */
export async function askAdmin(
  { admin, file }: Config,
  path: string,
  { method = 'GET', ms = ANSWER_MS }: How = {},
): Promise<Said> {
  if (admin === null) {
    return {
      problem: `${file} names no admin address, at which its server could be asked: write "admin unix:admin.sock;" on the main level and reload it`,
    };
  }
  const { listen } = admin;
  if (listen.family !== 'unix' && listen.port === 0) {
    return {
      problem: `${file}: the system chooses the port of "admin", so nobody can find it: write a port`,
    };
  }
  const loop = Loop.open();
  try {
    const address = addressOf(listen);
    const place = formatAddress(address);
    const host = address.family === 'unix' ? 'localhost' : place;
    const length = method === 'POST' ? 'Content-Length: 0\r\n' : '';
    const request = `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nAccept: application/json\r\n${length}Connection: close\r\n\r\n`;
    const answer = await Dialogue.hold(loop, address, Buffer.from(request), ms);
    return typeof answer === 'number' ? failed(place, answer) : read(place, answer);
  } finally {
    loop.dispose();
  }
}

/** An address that stands for all of a machine's is called by the machine's own. */
function addressOf(listen: Listen): Address {
  if (listen.family === 'unix') return { family: 'unix', path: listen.path };
  const { family, port } = listen;
  const host = listen.host === '0.0.0.0' ? '127.0.0.1' : listen.host === '::' ? '::1' : listen.host;
  return { family, host, port };
}

function read(place: string, answer: Buffer): Said {
  const text = answer.toString();
  if (text === '')
    return { problem: `${place} closed the connection without an answer: has the server ended?` };
  const [, status = ''] = /^HTTP\/1\.1 (\d{3}) /.exec(text) ?? [];
  const end = text.indexOf('\r\n\r\n');
  if (status === '' || end < 0) return { problem: `${place} gives no answer of HTTP: is it the server's?` };
  return { status: Number(status), body: text.slice(end + 4) };
}

function failed(place: string, errno: number): Said {
  if (errno === -ERRNO.ENOENT || errno === -ERRNO.ECONNREFUSED) {
    return {
      problem: `no server listens at the admin address ${place}: is it running with this configuration?`,
    };
  }
  if (errno === -ERRNO.EACCES) {
    return {
      problem: `the admin address ${place} belongs to another account: ask as root, or as that account`,
    };
  }
  return { problem: `the admin address ${place}: ${errnoMessage(errno)}` };
}
