// Checks what `admin` shares with the rest of a config: nothing.

import type { Draft } from '../build/draft.ts';
import { type Problems, quoted } from '../diagnostics/diagnostic.ts';
import { lineOf } from '../diagnostics/position.ts';
import type { Listen } from '../model/types.ts';
import { wordSpan } from '../syntax/directive.ts';
import { neverActs } from './no-effect.ts';

export function checkAdmin({ main, config, servers }: Draft, problems: Problems): void {
  const setting = main.own('admin');
  const { admin } = config;
  if (admin === null || setting === null) {
    if (main.damaged) return;
    const why = 'nobody can see the delay, because there is no "admin"';
    neverActs(main.own('drain_delay'), 'drain_delay', why, problems);
    return;
  }
  if (admin.listen.family !== 'unix' && admin.listen.port === 0) return;
  const other = servers.find(({ value }) => value.listens.some((listen) => takes(listen, admin.listen)));
  if (other === undefined) return;
  const message = `${quoted(admin.listen.key)} is an address of the server at ${lineOf(other.value.at)}, whose clients may not see this`;
  problems.error('duplicate-value', wordSpan(setting.directive, 0), message, {
    expected: 'an address of its own',
  });
}

/** Whether a socket at one address takes another one, as every address of a port takes each of them. */
function takes(listen: Listen, wanted: Listen): boolean {
  if (listen.key === wanted.key) return true;
  const wildcard = listen.family === 'ipv6' ? '::' : '0.0.0.0';
  return listen.family === wanted.family && listen.port === wanted.port && listen.host === wildcard;
}
