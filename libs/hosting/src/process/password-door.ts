import { type Accounts, Asking, Doorkeeper, type Entry, type Hashing } from '@webserv/accounts';
import type { AccountRule } from '@webserv/config';
import { countedAs, RateTable } from '@webserv/connection';
import type { Loop } from '@webserv/event-loop';
import type { Barred, Exchange, Judgement } from '@webserv/methods';
import { FieldId } from '@webserv/request';

/** Wrong passwords of one address that are compared at once, and how often one more is. */
const WRONG = { burst: 19, intervalMs: 3000 };

/** Says of a request who its client is, by the field Authorization and the accounts of a location. */
export class PasswordDoor {
  private readonly loop: Loop;
  private readonly keeper: Doorkeeper;

  constructor(loop: Loop, hashing: Hashing) {
    this.loop = loop;
    this.keeper = new Doorkeeper(hashing, new RateTable(WRONG));
  }

  ask(exchange: Exchange, rule: AccountRule, accounts: Accounts): Judgement {
    const field = exchange.head.headers.known(FieldId.AUTHORIZATION) ?? '';
    const address = exchange.remote === 'unix:' ? '' : countedAs(exchange.remote);
    const entry = this.keeper.ask(accounts, field, address, () => this.loop.now);
    if (!(entry instanceof Asking)) return judged(exchange, rule, entry, field);
    let leave = () => {};
    return {
      wait: (done) => {
        leave = entry.wait((settled) => done(judged(exchange, rule, settled, field)));
      },
      leave: () => leave(),
    };
  }

  close(): void {
    this.keeper.close();
  }
}

function judged(exchange: Exchange, rule: AccountRule, entry: Entry, field: string): Barred | null {
  const trace = exchange.services.trace;
  switch (entry.kind) {
    case 'in':
      trace?.note('access', `auth_basic: ${entry.user} may come in`);
      exchange.user = entry.user;
      // The logs show the exchange that the request began with.
      exchange.first.user = entry.user;
      return null;
    case 'early': {
      trace?.note('access', 'auth_basic: the address has sent too many wrong passwords');
      const retryAfter = Math.ceil(entry.waitMs / 1000);
      return { status: 429, place: 'wrong passwords', retryAfter, realm: '' };
    }
    case 'busy':
      return { status: 503, place: 'passwords wait', retryAfter: 1, realm: '' };
    case 'out': {
      const why = field === '' ? 'the request has no credentials' : 'the user or the password is wrong';
      trace?.note('access', `auth_basic: ${why}`);
      return { status: 401, place: 'auth_basic', retryAfter: 0, realm: rule.realm };
    }
  }
}
