export { type EditionHarness, editionContract } from '../edition.contract.ts';
export { Transaction } from '../transaction/transaction.ts';
