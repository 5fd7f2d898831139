export { ALGORITHMS, type Algorithm, makeHash, newPasswordProblem } from './crypt/make-hash.ts';
export { Asking, Doorkeeper, type Entry, type WrongAnswers } from './door/doorkeeper.ts';
export {
  type Accounts,
  type BadLine,
  FILE_MAX,
  PASSWORD_MAX,
  readAccounts,
  userProblem,
} from './file/accounts.ts';
export { withAccount, withoutAccount } from './file/edit.ts';
export { DirectHashing } from './threads/direct-hashing.ts';
export { hashMain } from './threads/hash-main.ts';
export { HashThreads } from './threads/hash-threads.ts';
export type { Hashing, HashJob } from './threads/hashing.ts';
