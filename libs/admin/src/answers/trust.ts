import { type Answer, type Ask, plain } from './answer.ts';

/** A host that no name server can lead elsewhere: an address, or a name that always stands for this machine. */
const SURE_HOST = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\]|localhost|[a-z0-9-]+\.localhost)(?::\d+)?$/i;

interface Place {
  readonly local: boolean;
  readonly unix: boolean;
}

/**
 * Refuses what a web page of somebody else has a browser of this machine ask. A page can lead its own name to 127.0.0.1 and
 * then read what is there (DNS rebinding): its name in Host gives it away. A form can send a POST anywhere, but the browser
 * names the form's origin. No browser reaches a unix socket.
 */
export function refusalOf(ask: Ask, { local, unix }: Place): Answer | null {
  if (unix) return null;
  if (local && ask.host !== '' && !SURE_HOST.test(ask.host)) {
    return plain(421, 'Ask for this address as 127.0.0.1, [::1] or localhost, and not by another name.');
  }
  if (ask.method === 'POST' && ask.origin !== '' && ask.origin !== `http://${ask.host}`) {
    return plain(403, 'The page of another origin may not do this.');
  }
  return null;
}
