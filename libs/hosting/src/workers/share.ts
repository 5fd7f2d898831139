import type { Config, Server } from '@webserv/config';

/** One of the processes that serve a config together. */
export interface Place {
  /** From 1. */
  readonly number: number;
  readonly of: number;
}

/**
 * Returns the part of a config that one worker serves: what bounds the machine is divided among all of them. The operator's
 * address and the pid file are the parent's, and the first worker alone keeps the certificates.
 */
export function shareOf(config: Config, place: Place): Config {
  return {
    ...config,
    workers: 1,
    admin: null,
    pid: null,
    memoryLimit: part(config.memoryLimit, place),
    servers: config.servers.map((server) => shareOfServer(server, place)),
  };
}

function shareOfServer(server: Server, place: Place): Server {
  return {
    ...server,
    maxConnect: part(server.maxConnect, place),
    maxCgi: part(server.maxCgi, place),
    cgiQueue: part(server.cgiQueue, place),
    maxUploads: part(server.maxUploads, place),
    maxListings: part(server.maxListings, place),
    tempDisk: part(server.tempDisk, place),
    memoryLimit: part(server.memoryLimit, place),
    cacheSize: part(server.cacheSize, place),
  };
}

/** The parts of all places are the whole. Nobody gets nothing of something: 0 means off. */
function part(whole: number, { number, of }: Place): number {
  if (!Number.isFinite(whole) || whole === 0) return whole;
  return Math.max(1, Math.floor(whole / of) + (number <= whole % of ? 1 : 0));
}
