import type { Config } from '@webserv/config';
import type { Finding } from './finding.ts';
import type { Machine, Room } from './machine.ts';

/** Descriptors that the process has besides those of clients: the loop, logs, watches, folders. */
const OWN_DESCRIPTORS = 100;
/** Kernels before 5.4 cut the backlog to 128, which a burst of clients fills. */
const FEW_WAITING = 1024;
const FEW_WATCHES = 8192;
const FEW_INSTANCES = 16;
/** Nothing of this server is older. */
const FIRST_YEAR = 2025;
const LAST_YEAR = 2100;
const MIB = 1 << 20;
const FEW_FILES = 1000;
const PERCENT = 100;

/** Judges the limits of the system by what a config asks for. */
export function boundsFindings(machine: Machine, config: Config): Finding[] {
  return [
    ...descriptors(machine, config),
    ...queues(machine),
    ...watches(machine, config),
    ...clock(machine),
  ];
}

/** A client may need two: its connection, and the file or script that answers. */
function descriptors({ descriptors: limit, descriptorsMost: most }: Machine, { servers }: Config): Finding[] {
  const clients = servers.reduce((sum, { maxConnect }) => sum + maxConnect, 0);
  const scripts = servers.reduce(
    (sum, { locations, maxCgi }) => sum + (locations.some(({ cgi }) => cgi.length > 0) ? 4 * maxCgi : 0),
    0,
  );
  const need = clients + scripts + OWN_DESCRIPTORS;
  if (limit < 0 || need <= limit) return [];
  const fix =
    need <= most
      ? `ulimit -n ${need}   (systemd: LimitNOFILE=${need})`
      : `LimitNOFILE=${need} in the unit of systemd, or a line "* hard nofile ${need}" in /etc/security/limits.conf, or a lower max_connect`;
  const message = `the process may open ${limit} descriptors, and max_connect ${clients} with ${scripts} for scripts may need ${need}: clients beyond that wait`;
  return [{ weight: 'warns', about: 'limits', message, fix }];
}

function queues({ somaxconn }: Machine): Finding[] {
  if (somaxconn < 0 || somaxconn >= FEW_WAITING) return [];
  const message = `the system keeps at most ${somaxconn} connections that the server has not accepted yet; a burst of more is refused`;
  return [{ weight: 'warns', about: 'limits', message, fix: 'sysctl -w net.core.somaxconn=4096' }];
}

function watches({ watches: limit, watchInstances }: Machine, { servers }: Config): Finding[] {
  if (!servers.some(({ cacheSize }) => cacheSize > 0)) return [];
  const findings: Finding[] = [];
  if (limit >= 0 && limit < FEW_WATCHES) {
    const message = `one account may watch ${limit} files for changes; pages beyond that are compared with their files at each request`;
    const fix = 'sysctl -w fs.inotify.max_user_watches=524288';
    findings.push({ weight: 'warns', about: 'limits', message, fix });
  }
  if (watchInstances >= 0 && watchInstances < FEW_INSTANCES) {
    const message = `one account may have ${watchInstances} instances of inotify, and other programs take some of them`;
    const fix = 'sysctl -w fs.inotify.max_user_instances=512';
    findings.push({ weight: 'warns', about: 'limits', message, fix });
  }
  return findings;
}

function clock({ now, synchronised }: Machine): Finding[] {
  const year = new Date(now).getUTCFullYear();
  if (year < FIRST_YEAR || year > LAST_YEAR) {
    const message = `the clock says ${new Date(now).toISOString()}: certificates, caches and validators will be judged wrongly`;
    return [{ weight: 'breaks', about: 'clock', message, fix: 'timedatectl set-ntp true' }];
  }
  if (synchronised !== false) return [];
  const message = 'systemd-timesyncd has not set the clock yet';
  return [{ weight: 'warns', about: 'clock', message, fix: 'timedatectl timesync-status' }];
}

/**
 * Judges the room of a folder that the server writes to.
 * @param use what it is for: `uploads`
 * @param wanted bytes that the config lets it take
 */
export function roomFindings({ path, ...room }: Room, use: string, wanted: number): Finding[] {
  const findings: Finding[] = [];
  const add = (weight: Finding['weight'], message: string, fix: string): void => {
    findings.push({ weight, about: 'disk', message: `${path} (${use}): ${message}`, fix });
  };
  const free = bytes(room.freeBytes);
  if (room.freeBytes === 0) add('breaks', 'the file system is full', `df -h ${path}`);
  else if (wanted > room.freeBytes) {
    add(
      'warns',
      `${free} are free, and temp_disk allows ${bytes(wanted)}`,
      `temp_disk ${Math.max(1, Math.floor(room.freeBytes / 2 / MIB))}m;`,
    );
  } else if (room.freeBytes * PERCENT < room.bytes) add('warns', `only ${free} are free`, `df -h ${path}`);
  if (room.files > 0 && room.freeFiles === 0)
    add('breaks', 'no file can be made: no inode is free', `df -i ${path}`);
  else if (room.files > 0 && room.freeFiles < FEW_FILES) {
    add('warns', `only ${room.freeFiles} more files can be made (inodes)`, `df -i ${path}`);
  }
  return findings;
}

function bytes(count: number): string {
  return count < 1024 * MIB ? `${Math.floor(count / MIB)} MiB` : `${(count / MIB / 1024).toFixed(1)} GiB`;
}
