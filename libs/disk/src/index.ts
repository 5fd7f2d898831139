export { LargeSlabs } from './large-slabs.ts';
export { PieceReadUdata } from './piece-read-udata.ts';
export { TiedDisk } from './tied/tied-disk.ts';
export { type ServerFiles, TreeFiles } from './tree-files.ts';
export { type UploadSystem, uploadStore, uploadSystem } from './upload-store.ts';
export { UploadUdata } from './upload-udata.ts';
