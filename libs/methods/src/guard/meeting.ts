import type { AccessRule } from '@webserv/config';

/** What rules of `allow` and `deny` say of an address. It holds for these rules and this address alone. */
export interface Meeting {
  readonly rules: readonly AccessRule[];
  readonly remote: string;
  /** The first rule that has the address, or null. */
  readonly rule: AccessRule | null;
}
