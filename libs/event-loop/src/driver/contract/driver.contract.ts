import { crowdContract } from './crowd.contract.ts';
import { filesContract } from './files.contract.ts';
import type { HarnessOptions } from './harness.contract.ts';
import { lifecycleContract } from './lifecycle.contract.ts';
import { outwardContract } from './outward.contract.ts';
import { piecesContract } from './pieces.contract.ts';
import { receiveIntoContract } from './receive-into.contract.ts';
import { slowFilesContract } from './slow-files.contract.ts';
import { streamsContract } from './streams.contract.ts';
import { systemContract } from './system.contract.ts';

/** What every driver owes (see the header of driver.ts), as tests. A driver's own spec calls this and says what it cannot do. */
export function driverContract(name: string, options: HarnessOptions): void {
  describe(`the contract of drivers: ${name}`, () => {
    streamsContract(options);
    crowdContract(options);
    receiveIntoContract(options);
    piecesContract(options);
    outwardContract(options);
    filesContract(options);
    slowFilesContract(options);
    systemContract(options);
    lifecycleContract(options);
  });
}
