import { challengeCertificate } from '@webserv/certificate';
import type { Challenger } from '../client/challenger.ts';
import type { Store } from '../store/store.ts';

/** A token is base64url (RFC 8555, section 8.3). It becomes the name of a file, so nothing else may stand in it. */
const TOKEN = /^[A-Za-z0-9_-]{1,256}$/;

/** The authority asks for `/.well-known/acme-challenge/TOKEN` (RFC 8555, section 8.3). */
export function httpChallenger(store: Store): Challenger {
  return {
    type: 'http-01',
    show(_name, token, authorization) {
      if (!TOKEN.test(token)) throw new Error('the token of the challenge is none');
      store.show(`http/${token}`, authorization);
    },
    hide(_name, token) {
      if (TOKEN.test(token)) store.hide(`http/${token}`);
    },
  };
}

/** The authority shakes hands by the protocol `acme-tls/1` (RFC 8737). */
export function alpnChallenger(store: Store, now: () => number): Challenger {
  return {
    type: 'tls-alpn-01',
    show(name, _token, authorization) {
      const { certificate, key } = challengeCertificate(name, authorization, now());
      store.show(`alpn/${name}.pem`, key + certificate);
    },
    hide(name) {
      store.hide(`alpn/${name}.pem`);
    },
  };
}
