export { type Address, formatAddress, parseIpv6 } from './address.ts';
export { assert } from './assert.ts';
export { warmName } from './disk/cold-name.ts';
export {
  lockFile,
  lookAt,
  lookOpen,
  lookPath,
  openPath,
  pathOfOpen,
  renameExclusive,
} from './disk/disk.ts';
export { beginSync, closeFile, dropFile, removeFile, replaceFile } from './disk/large-files.ts';
export { seenFiles } from './disk/seen-files.ts';
export { Tree } from './disk/tree.ts';
export { type Choice, DRIVER_NAMES, type DriverRequest, type NamedDriver } from './driver/choose.ts';
export { type Driver, type DriverName, Interest } from './driver/driver.ts';
export { reap } from './driver/system/child.ts';
export { redirect } from './driver/system/redirect.ts';
export { adoptListener, BALANCES, boundAddress, callUnix, openDatagram } from './driver/system/socket.ts';
export { type Account, accountOf, becomeAccount } from './ffi/account.ts';
export { ERRNO, errnoMessage, errnoName } from './ffi/errno.ts';
export { openChildPipe } from './ffi/libc.ts';
export { bytesOfName } from './ffi/names.ts';
export type { FileStatus } from './ffi/paths.ts';
export { keepPrivate } from './ffi/private.ts';
export { killGroup, type SpawnRequest, spawn, spawnInThread } from './ffi/spawn.ts';
export type { Lag } from './host.ts';
export { Loop } from './loop.ts';
export type { LoopOptions } from './loop-options.ts';
export { Memory } from './memory.ts';
export { Change, Op, OpKind, OpState, type Slice } from './op.ts';
export { Timer } from './timers.ts';
export { Udata } from './udata.ts';
export { wake } from './wake-udata.ts';
