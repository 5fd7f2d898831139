import { report } from '../../problem.ts';
import { makeWorkspace } from '../../workspace.ts';
import { multiplexers } from './multiplexers.ts';

const run = (path: string, text: string) => report(multiplexers.run(makeWorkspace({ [path]: text })));

describe('multiplexers', () => {
  it.each([
    'EPOLLIN',
    'EPOLL_CTL_ADD',
    'EVFILT_READ',
    'EV_ADD',
    'NOTE_EXIT',
    'IORING_OP_RECV',
    'POLLIN',
    'POLLRDHUP',
    'FD_SETSIZE',
    'fd_set',
    'epoll_wait',
    'kevent64',
    'io_uring_enter',
  ])('finds %s in code and in comments', (word) => {
    const message = `${word} is a multiplexer's own`;
    expect(run('libs/event-loop/src/loop.ts', `const a = ${word};`)).toContain(`loop.ts:1: ${message}`);
    expect(run('libs/config/src/a.ts', `// as ${word} does`)).toContain(message);
    expect(run('apps/webserv/src/a.spec.ts', `use('${word}');`)).toContain(message);
  });

  it.each([
    "if (name === 'epoll') {}",
    'const kqueueFd = 1;',
    'const a = `use io_uring;`;',
    'type A = "kqueue";',
  ])('finds a driver named in code: %s', (text) => {
    expect(run('apps/webserv/src/a.ts', text)).toContain('names a driver');
  });

  it.each([
    ['libs/event-loop/src/driver/epoll.ts', 'const EPOLLIN = 1;'],
    ['libs/event-loop/src/ffi/layout.ts', "const size = sizeof('kevent');"],
    ['libs/config/src/directives/values/values.ts', "const USE = ['auto', 'io_uring', 'epoll', 'kqueue'];"],
    ['apps/webserv/src/command/driver.ts', "const USAGE = 'use: epoll, kqueue';"],
    ['libs/event-loop/src/loop.spec.ts', "it.each(['epoll', 'poll'])"],
    [
      'libs/event-loop/src/loop.ts',
      '// kqueue merges both directions; poll() it again, select() it.\nNODE_ENV;',
    ],
    ['tools/bench/src/peers.ts', "const peer = 'webserv:epoll'; // EPOLLIN"],
  ])('allows %s: %s', (path, text) => {
    expect(run(path, text)).toBe('');
  });
});
