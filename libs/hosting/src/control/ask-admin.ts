import { Alarm, ScriptUdata, type ScriptUdataOwner } from '@webserv/cgi';
import type { Config, Listen } from '@webserv/config';
import { type Address, ERRNO, errnoMessage, Interest, Loop, Memory, type Op } from '@webserv/event-loop';
import { present } from '@webserv/methods';

/** A server that answers nothing for so long does not answer. */
const ANSWER_MS = 10_000;
/** The largest answer that is read. */
const ANSWER_MAX = 64 << 20;

type Said = { readonly status: number; readonly body: string } | { readonly problem: string };

/**
 * Asks the admin address that a config names.
 * @param path with the query
 * @returns the answer; or why there is none, ready to be printed
 */
export async function askAdmin({ admin, file }: Config, path: string): Promise<Said> {
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
    return await new Promise<Said>((resolve) => new Question(loop, resolve).ask(addressOf(listen), path));
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

/** One request on a connection of its own, which ends with the answer. */
class Question implements ScriptUdataOwner {
  private readonly loop: Loop;
  private readonly done: (said: Said) => void;
  private readonly alarm: Alarm;
  private udata: ScriptUdata | null = null;
  private request: Memory | null = null;
  private readonly pieces: Buffer[] = [];
  private size = 0;
  private said: Said | null = null;
  private place = '';

  constructor(loop: Loop, done: (said: Said) => void) {
    this.loop = loop;
    this.done = done;
    this.alarm = new Alarm(loop, () => this.end({ problem: `${this.place} does not answer` }));
  }

  ask(address: Address, path: string): void {
    this.place = address.family === 'unix' ? `unix:${address.path}` : `${address.host}:${address.port}`;
    const fd = this.loop.driver.connectTo?.(address) ?? -ERRNO.ENOSYS;
    if (fd < 0) {
      this.done(this.failed(fd));
      return;
    }
    const udata = new ScriptUdata(this, fd);
    this.udata = udata;
    const error = this.loop.register(udata, Interest.BOTH);
    if (error < 0) {
      this.end(this.failed(error));
      return;
    }
    this.alarm.set(ANSWER_MS);
    const host = address.family === 'unix' ? 'localhost' : this.place;
    this.request = Memory.from(
      Buffer.from(
        `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAccept: application/json\r\nConnection: close\r\n\r\n`,
      ),
    );
    this.loop.sendAll(udata.writing, [{ memory: this.request, offset: 0, length: this.request.size }]);
  }

  worked(udata: ScriptUdata, op: Op): void {
    if (this.said !== null) return;
    if (op.result < 0) this.end(this.failed(op.result));
    else if (op === udata.writing) this.loop.recv(udata.reading);
    else if (op.result > 0 && this.size < ANSWER_MAX) {
      const bytes = present(op.bytes, 'what was received');
      this.pieces.push(Buffer.from(bytes.subarray(op.offset, op.offset + op.result)));
      this.size += op.result;
      this.loop.recv(udata.reading);
    } else this.end(this.read());
  }

  gone(): void {
    this.request = null;
    this.done(present(this.said, 'an answer'));
  }

  private end(said: Said): void {
    if (this.said !== null) return;
    this.said = said;
    this.alarm.stop();
    this.loop.close(present(this.udata, 'a connection'));
  }

  private read(): Said {
    const text = Buffer.concat(this.pieces).toString();
    const [, status = ''] = /^HTTP\/1\.1 (\d{3}) /.exec(text) ?? [];
    const end = text.indexOf('\r\n\r\n');
    if (status === '' || end < 0)
      return { problem: `${this.place} gives no answer of HTTP: is it the server's?` };
    return { status: Number(status), body: text.slice(end + 4) };
  }

  private failed(errno: number): Said {
    const { place } = this;
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
}
