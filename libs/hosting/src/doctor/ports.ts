import { accessSync, closeSync, constants, existsSync, lstatSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { addressesOf, type Config } from '@webserv/config';
import { openListeners, SocketFiles } from '@webserv/connection';
import { callUnix, type Loop, lockFile } from '@webserv/event-loop';
import type { Finding } from './finding.ts';

/**
 * Tries the addresses of a config as the start does, and gives them back at once. An address that a server has now is in use,
 * so nothing is tried while the server of this config runs. The file of a unix socket is only looked at.
 */
export function portFindings(config: Config, loop: Loop): Finding[] {
  if (config.pid !== null && isHeld(config.pid)) {
    const message = 'the server of this configuration runs: its addresses are not tried';
    return [{ weight: 'notes', about: 'ports', message, fix: '' }];
  }
  const { admin } = config;
  const all = [...addressesOf(config)];
  if (admin !== null) all.push({ listen: admin.listen, servers: [admin.server] });
  const findings: Finding[] = [];
  for (const address of all) {
    if (address.listen.family === 'unix') {
      findings.push(...socketFindings(address.listen.path));
      continue;
    }
    const { listeners, problems } = openListeners(loop, [address], new SocketFiles());
    for (const { fd } of listeners) loop.discard(fd);
    for (const message of problems) findings.push(portFinding(message, address.listen.port));
  }
  return findings;
}

function portFinding(message: string, port: number): Finding {
  const fix = message.includes('EADDRINUSE')
    ? `ss -ltnp 'sport = :${port}'   (shows who has it)`
    : message.includes('EACCES')
      ? `sysctl -w net.ipv4.ip_unprivileged_port_start=${port}   (or start as root with "user NAME;")`
      : message.includes('EADDRNOTAVAIL')
        ? 'ip -brief address   (shows the addresses that there are)'
        : '';
  return { weight: 'stops', about: 'ports', message, fix };
}

function socketFindings(path: string): Finding[] {
  const about = 'ports';
  const folder = dirname(path);
  if (!may(folder)) {
    const message = `the socket ${path} cannot be made: this account cannot write ${folder}`;
    return [{ weight: 'stops', about, message, fix: `install -d -o NAME ${folder}` }];
  }
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status === undefined) return [];
  if (!status.isSocket()) {
    return [{ weight: 'stops', about, message: `${path} is no socket, and stays`, fix: `rm ${path}` }];
  }
  if (callUnix(path) !== 0) return [];
  const message = `another server answers at unix:${path}`;
  return [{ weight: 'stops', about, message, fix: `ss -lxp src ${path}   (shows who has it)` }];
}

function may(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether a server holds its pid file. */
function isHeld(pidFile: string): boolean {
  if (!existsSync(pidFile)) return false;
  try {
    const fd = openSync(pidFile, 'r');
    try {
      return lockFile(fd, 'shared') !== 0;
    } finally {
      closeSync(fd);
    }
  } catch {
    return false;
  }
}
