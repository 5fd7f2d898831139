import { filesContract } from './contract/files.contract.ts';
import type { HarnessOptions } from './contract/harness.contract.ts';
import { lifecycleContract } from './contract/lifecycle.contract.ts';
import { piecesContract } from './contract/pieces.contract.ts';
import { receiveIntoContract } from './contract/receive-into.contract.ts';
import { slowFilesContract } from './contract/slow-files.contract.ts';
import { streamsContract } from './contract/streams.contract.ts';
import { systemContract } from './contract/system.contract.ts';

/** What every driver owes (see the header of driver.ts), as tests. A driver's own spec calls this and says what it cannot do. */
export function driverContract(name: string, options: HarnessOptions): void {
  describe(`the contract of drivers: ${name}`, () => {
    streamsContract(options);
    receiveIntoContract(options);
    piecesContract(options);
    filesContract(options);
    slowFilesContract(options);
    systemContract(options);
    lifecycleContract(options);
  });
}
