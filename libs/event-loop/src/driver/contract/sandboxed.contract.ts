/**
 * A program: refuses itself system calls, then opens the best driver that is left, and echoes a word through it.
 * Arguments: the name of an errno, names of system calls. Prints JSON.
 */
import net from 'node:net';
import { ERRNO } from '../../ffi/errno.ts';
import { refuseCalls, type SyscallName } from '../../ffi/seccomp.ts';
import { Interest, Loop, Memory, Op, Udata } from '../../index.ts';

class Echo extends Udata {
  readonly input = new Op(this);
  readonly output = new Op(this);

  complete(op: Op): void {
    if (op !== this.input) return;
    if (op.result <= 0) loop.close(this);
    else {
      const bytes = Memory.from((op.bytes as Buffer).subarray(op.offset, op.offset + op.result));
      loop.send(this.output, bytes, 0, bytes.size);
      loop.recv(this.input);
    }
  }
}

class Door extends Udata {
  complete(op: Op): void {
    const echo = new Echo('echo', op.result);
    loop.register(echo, Interest.BOTH);
    loop.recv(echo.input);
  }
}

const [errno, ...names] = process.argv.slice(2) as [keyof typeof ERRNO, ...SyscallName[]];
refuseCalls(names, ERRNO[errno]);
const loop = Loop.open();
const fd = loop.driver.listen({ family: 'ipv4', host: '127.0.0.1', port: 0 }, 8);
const door = new Door('door', fd);
loop.register(door, Interest.READ);
loop.accept(new Op(door));
const socket = net.connect((loop.driver.addressOf(fd) as { port: number }).port, '127.0.0.1', () => {
  socket.write('word');
});
socket.once('data', (bytes) => {
  const { driver, passedOver, lacks } = loop.choice;
  process.stdout.write(JSON.stringify({ name: driver.name, passedOver, lacks, echoed: bytes.toString() }));
  socket.destroy();
  loop.dispose();
});
