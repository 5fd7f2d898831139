export { keep } from './keep.ts';
export type { Job, Report, Wanted } from './keeper/job.ts';
export { certificateFile } from './store/store.ts';
