// Checks what a server with `acme` needs: a store, names that an authority can look at, and an address where it looks.

import type { Built, Draft } from '../build/draft.ts';
import { type Problems, quoted } from '../diagnostics/diagnostic.ts';
import { CHALLENGES } from '../model/challenges.ts';
import type { Server } from '../model/types.ts';
import { wordSpan } from '../syntax/directive.ts';
import { neverActs } from './no-effect.ts';

const HTTP = 80;
const HTTPS = 443;

export function checkAcme(draft: Draft, problems: Problems): void {
  const users = draft.servers.filter(({ value }) => value.acme !== null);
  for (const server of users) {
    standsAlone(server, problems);
    needsStore(server, draft, problems);
    needsNames(server, problems);
    needsAddress(server, problems);
  }
  if (users.length > 0) return;
  neverActs(draft.main.own('acme_store'), 'acme_store', 'no server has "acme"', problems);
}

function standsAlone({ level }: Built<Server>, problems: Problems): void {
  for (const { directive } of level.all('certificate')) {
    problems.error('duplicate-value', wordSpan(directive, -1), 'this server gets its certificate by "acme"', {
      expected: 'one of "acme" and "certificate"',
    });
  }
}

function needsStore({ level }: Built<Server>, { config }: Draft, problems: Problems): void {
  const setting = level.own('acme');
  if (config.acmeStore !== null || setting === null) return;
  problems.error('missing-store', wordSpan(setting.directive, -1), 'there is no place for certificates', {
    expected: '"acme_store FOLDER;" outside of the servers',
  });
}

function needsNames({ value, level }: Built<Server>, problems: Problems): void {
  const setting = level.own('acme');
  if (setting === null) return;
  if (value.names.length === 0 && !level.damaged) {
    problems.error(
      'missing-name',
      wordSpan(setting.directive, -1),
      'an authority certifies names, and this server has none',
      {
        expected: '"server_name example.org;" in this server',
      },
    );
  }
  for (const { directive } of level.all('server_name')) {
    directive.args.forEach(({ text }, index) => {
      const why = unfit(text);
      if (why === '') return;
      problems.error(
        'bad-name',
        wordSpan(directive, index),
        `no certificate by "acme" for ${quoted(text)}: ${why}`,
        {
          expected: 'a name that DNS knows in public, or "certificate CHAIN KEY;" in place of "acme"',
        },
      );
    });
  }
}

/** Why an authority cannot look at a name; '' if it can. */
function unfit(name: string): string {
  if (name.startsWith('*.')) return 'for a pattern it must be shown in DNS, which is not offered';
  if (/^[\d.]+$/.test(name) || name.includes(':')) return 'it is an address';
  return name.includes('.') ? '' : 'it has no dot';
}

function needsAddress({ value, level }: Built<Server>, problems: Problems): void {
  const setting = level.own('acme');
  const { listens, locations } = value;
  if (setting === null || !listens.some(({ tls }) => tls)) return;
  if (!listens.some(({ tls, port }) => port === (tls ? HTTPS : HTTP))) {
    const message = `authorities look at port ${HTTP} and at port ${HTTPS}, and this server has neither`;
    problems.warn('acme-address', wordSpan(setting.directive, -1), message, {
      expected: `"listen ${HTTP};" or "listen ${HTTPS} tls;", unless something in front passes these ports on`,
    });
  }
  const own = locations.find(({ prefix, at }) => prefix === CHALLENGES && at !== value.at);
  if (own === undefined || own.origins === value.origins) return;
  const message = `a location ${quoted(CHALLENGES)} of your own answers in place of "acme"`;
  problems.warn('acme-address', wordSpan(setting.directive, -1), message);
}
