export { HostedEdition } from './edition/hosted-edition.ts';
export type { HostedSite } from './edition/hosted-site.ts';
export { accountProblems, becomeUser, userOf } from './process/account.ts';
export type { Engine } from './process/engine.ts';
export { LogBook } from './process/log-book.ts';
export type { Holdings, Running } from './process/running.ts';
export { StartError } from './process/start-error.ts';
export { realSystem, type System } from './process/system.ts';
export { UploadFolders } from './process/upload-folders.ts';
