import type { Contexts, ServerUdata } from '@webserv/connection';
import type { HostedEdition } from '../edition/hosted-edition.ts';

/** A listening socket that serves. */
interface OpenListener {
  readonly address: string;
  readonly server: ServerUdata;
}

/** What the operator sees, as it is at the moment of a look. An edition that has gone is never looked at again. */
export interface View {
  readonly edition: HostedEdition;
  readonly listeners: readonly OpenListener[];
  /** Null without a tls address. */
  readonly contexts: Contexts | null;
}
