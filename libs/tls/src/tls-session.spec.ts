import { openSsl, PLACES } from '@webserv/event-loop/openssl';
import { sessionContract } from './tls-session.contract.ts';

const found = PLACES.flatMap((place) => {
  try {
    return [openSsl([place])];
  } catch {
    // A machine may lack the system's.
    return [];
  }
});

for (const openssl of found) {
  describe(`OpenSSL of ${openssl.from}`, () => {
    sessionContract(openssl);
  });
}

it("runs with Node's own at least", () => {
  expect(found.map(({ from }) => from)).toContain('Node');
});
