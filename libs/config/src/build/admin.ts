// Builds what `admin` stands for: a server without files, with the limits and logs of the main level.

import { absolutePath } from '../disk/path.ts';
import { pathOf } from '../model/location-path.ts';
import type { Admin, Listen, Location, Server } from '../model/types.ts';
import { wordSpan } from '../syntax/directive.ts';
import type { Surroundings } from './draft.ts';
import { Level, originOf } from './level.ts';
import type { LevelReader } from './level-reader.ts';

/** An operator, some scrapers and probes: more connections than that are a mistake of somebody. */
const MAX_CONNECT = 128;
/** An action needs no body. What a client sends with it anyway is read, and thrown away. */
const BODY_SIZE = 16 << 10;

/** @param serverOf builds the server of an empty block with this opening directive */
export function buildAdmin(
  main: Level,
  reader: LevelReader,
  serverOf: (level: Level) => Server,
  around: Surroundings,
): Admin | null {
  const setting = main.own('admin');
  if (setting === null) return null;
  const { directive, value } = setting;
  reader.mark('admin', originOf(setting, main));
  let { listen } = value;
  if (listen.family === 'unix') {
    const path = absolutePath(directive.source.folder, listen.path);
    listen = { ...listen, path, key: `unix:${path}` };
    around.claims.push({ need: 'socket', path, at: wordSpan(directive, 0) });
  }
  const level = new Level('server', main, setting);
  // It has no location, and need have none.
  level.damaged = true;
  return { listen, isPublic: value.isPublic, server: adminServer(serverOf(level), listen) };
}

function adminServer(server: Server, listen: Listen): Server {
  return {
    ...server,
    listens: [listen],
    locations: [onlyLocation(server)],
    rewrites: [],
    redirectHttps: false,
    hsts: null,
    maxConnect: Math.min(server.maxConnect, MAX_CONNECT),
    // A client that may come here is trusted with more than places.
    maxConnectPerAddress: 0,
    cacheSize: 0,
    accessLog: null,
  };
}

function onlyLocation({ base, at, origins }: Server): Location {
  return {
    ...base,
    id: 0,
    path: pathOf('prefix', '/'),
    prefix: '/',
    defaultFiles: [],
    uploadPath: null,
    putRoot: null,
    bodySize: BODY_SIZE,
    redirection: null,
    rewrites: [],
    cgi: [],
    application: null,
    mount: null,
    at,
    origins,
  };
}
