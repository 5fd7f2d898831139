export { type EditionHarness, editionContract } from '../edition.contract.ts';
