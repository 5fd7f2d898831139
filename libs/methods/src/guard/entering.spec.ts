import type { Guard, Location } from '@webserv/config';
import { RequestHead } from '@webserv/request';
import { Reply, text } from '@webserv/response';
import { Exchange } from '../exchange.ts';
import type { Intake, Outcome } from '../intake.ts';
import { Fixture } from '../testing/fixture.ts';
import type { Asking, Barred, Judgement } from './barred.ts';
import { entering } from './entering.ts';

const GUARD: Guard = { access: [], rateLimit: null, accounts: null };
const BARRED: Barred = { status: 401, place: 'auth_basic', retryAfter: 0, realm: 'staff' };

describe('a request that is answered from another location', () => {
  let fixture: Fixture;
  let judged: string[];

  beforeEach(() => {
    fixture = new Fixture();
    judged = [];
  });

  afterEach(() => fixture.close());

  /** @param passed the rules that have let the client in */
  function entered(guard: Guard | null, passed: Guard | null, judgement: Judgement): Outcome {
    const location: Location = fixture.location('/staff', { guard });
    const admit = (_exchange: Exchange, { prefix }: Location): Judgement => {
      judged.push(prefix);
      return judgement;
    };
    const exchange = new Exchange(
      { ...fixture.services, admit },
      new RequestHead(),
      fixture.server,
      // The request has come to the same location: that it is there does not let its client in.
      location,
    );
    exchange.passed = passed;
    return entering(exchange, location, () => text(200, 'content'));
  }

  it.each([
    ['without rules', null, null, BARRED, 200, []],
    ['whose rules have let the client in', GUARD, GUARD, BARRED, 200, []],
    ['whose rules let the client in', GUARD, null, null, 200, ['/staff']],
    ['whose rules have not let the client in', GUARD, null, BARRED, 401, ['/staff']],
    ['after other rules have', GUARD, { ...GUARD }, BARRED, 401, ['/staff']],
  ])('%s', (_name, guard, passed, judgement, status, asked) => {
    const outcome = entered(guard, passed, judgement);
    expect([outcome instanceof Reply ? outcome.status : 0, judged]).toEqual([status, asked]);
  });

  it('waits for a password', () => {
    let done: (barred: Barred | null) => void = () => {};
    const wait: Asking['wait'] = (settled) => {
      done = settled;
    };
    const intake = entered(GUARD, null, { wait, leave: () => {} }) as Intake;
    const statuses: number[] = [];
    intake.open({ reply: ({ status }) => statuses.push(status), resume: () => {} });
    expect(statuses).toEqual([]);
    done(null);
    expect(statuses).toEqual([200]);
  });
});
