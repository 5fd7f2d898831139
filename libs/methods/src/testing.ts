export type { Promised, TestDisk } from './suites/contract.ts';
export { filesSuite } from './suites/files-suite.ts';
export { NodeTestDisk } from './suites/node-test-disk.ts';
export { storeSuite } from './suites/store-suite.ts';
