export type { Job, Report, Wanted } from './keeper/job.ts';
export { keep } from './process/keep.ts';
export { keeperMain } from './process/keeper-main.ts';
export { type KeeperLog, KeeperProcess, type KeeperProgram } from './process/keeper-process.ts';
export { seedStore } from './store/seed.ts';
export { certificateFile } from './store/store.ts';
