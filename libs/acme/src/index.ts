export type { Job, Report } from './keeper/job.ts';
export { keep } from './process/keep.ts';
export { keeperMain } from './process/keeper-main.ts';
export type { KeeperLog, KeeperProgram } from './process/keeper-process.ts';
export { Keepers, seedStoreOf, storeProblems } from './process/keepers.ts';
export { certificateFile } from './store/store.ts';
