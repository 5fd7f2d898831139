import { nodeFiles } from '@webserv/methods';
import { NodeTestDisk, storeSuite } from '@webserv/methods/testing';
import { uploadStore } from './upload-store.ts';

for (const { name, run } of storeSuite(() => new NodeTestDisk(nodeFiles, uploadStore))) it(name, run);
