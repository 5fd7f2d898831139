export { LargeSlabs } from './large-slabs.ts';
export { TreeFiles } from './tree-files.ts';
export { type UploadSystem, uploadStore, uploadSystem } from './upload-store.ts';
export { UploadUdata } from './upload-udata.ts';
