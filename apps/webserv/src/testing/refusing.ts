/**
 * Node loads it before the command (`--require`). It refuses the command system calls, as the sandbox of a
 * container does. WEBSERV_TEST_REFUSED: `STATX,OPENAT2 EPERM`.
 */
import { constants } from 'node:os';
import { refuseCalls, type SyscallName } from '@webserv/event-loop/testing';

const [names = '', errno = ''] = (process.env['WEBSERV_TEST_REFUSED'] ?? '').split(' ');
refuseCalls(
  names.split(',').filter((name) => name !== '') as SyscallName[],
  constants.errno[errno as keyof typeof constants.errno],
);
