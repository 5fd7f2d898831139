/**
 * A program: allows itself no further thread, as a limit of processes does (prlimit --nproc, pids.max of a cgroup), then
 * writes, reads and sends a file. Arguments: the driver, a folder, how many processes are allowed. Prints JSON: the driver,
 * the results, and whether the bytes agree.
 */
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { declare } from '../../ffi/libc.ts';
import { type DriverRequest, Interest, Loop, Memory, Op, openPath, Udata } from '../../index.ts';

const RLIMIT_NPROC = 6;
const NOBODY = 65534;
const SIZE = 300_000;

class Doer extends Udata {
  readonly op = new Op(this);
  private done: (result: number) => void = () => {};

  complete(op: Op): void {
    this.done(op.result);
  }

  result(begin: (op: Op) => void): Promise<number> {
    return new Promise((resolve) => {
      this.done = resolve;
      begin(this.op);
    });
  }
}

async function run(name: DriverRequest['name'], folder: string, processes: number): Promise<unknown> {
  // The threads of Node's own are there, as in a server.
  await fs.promises.stat(folder);
  // Root is not bound by it.
  if (process.getuid?.() === 0) {
    process.setgid?.(NOBODY);
    process.setuid?.(NOBODY);
  }
  const limit = Memory.from(new Uint8Array([processes, 0, 0, 0, 0, 0, 0, 0, processes, 0, 0, 0, 0, 0, 0, 0]));
  declare('int setrlimit(int resource, uintptr_t limit)')(RLIMIT_NPROC, limit.address);
  const loop = Loop.open({ use: { name } });
  const register = (fd: number, interest: Interest): Doer => {
    const doer = new Doer('doer', fd);
    loop.register(doer, interest);
    return doer;
  };
  const file = path.join(folder, 'file');
  const content = Memory.allocate(SIZE);
  for (let at = 0; at < SIZE; at++) content.bytes[at] = at % 251;
  const to = register(fs.openSync(file, 'wx+'), Interest.FILE);
  const wrote = await to.result((op) => loop.write(op, content, 0, SIZE, 0));
  const log = register(fs.openSync(path.join(folder, 'log'), 'a'), Interest.FILE);
  const logged = await log.result((op) => loop.write(op, content, 0, 100, -1));
  // In memory nothing keeps a read from being answered at once: only what is not there needs a thread.
  fs.fsyncSync(to.fd);
  declare('int posix_fadvise(int fd, int64_t offset, int64_t length, int advice)')(to.fd, 0, 0, 4);
  const back = Memory.allocate(SIZE);
  const from = register(openPath(file), Interest.FILE);
  let read = 0;
  for (let n = 1; n > 0 && read < SIZE; read += Math.max(n, 0))
    n = await from.result((op) => loop.read(op, back, read, SIZE - read, read));
  declare('int posix_fadvise(int fd, int64_t offset, int64_t length, int advice)')(to.fd, 0, 0, 4);
  const { sent, received } = await send(loop, register, openPath(file));
  for (const doer of [to, log, from]) loop.close(doer);
  loop.dispose();
  const same = [fs.readFileSync(file), back.bytes, received].map((bytes) => bytes.equals(content.bytes));
  return {
    name: loop.driver.name,
    wrote,
    logged,
    read,
    sent,
    same,
    log: fs.statSync(path.join(folder, 'log')).size,
  };
}

async function send(
  loop: Loop,
  register: (fd: number, interest: Interest) => Doer,
  file: number,
): Promise<{ sent: number; received: Buffer }> {
  const fd = loop.driver.listen({ family: 'ipv4', host: '127.0.0.1', port: 0 }, 8);
  const door = register(fd, Interest.READ);
  const socket = net.connect((loop.driver.addressOf(fd) as { port: number }).port, '127.0.0.1');
  const pieces: Buffer[] = [];
  socket.on('data', (piece) => pieces.push(piece));
  const ended = new Promise((resolve) => socket.once('end', resolve));
  const client = register(await door.result((op) => loop.accept(op)), Interest.BOTH);
  const sent = await client.result((op) => loop.sendFile(op, file, 0, SIZE));
  loop.close(client);
  await ended;
  loop.close(door);
  return { sent, received: Buffer.concat(pieces) };
}

const [name, folder, processes] = process.argv.slice(2) as [DriverRequest['name'], string, string];
run(name, folder, Number(processes)).then((found) => process.stdout.write(JSON.stringify(found)));
