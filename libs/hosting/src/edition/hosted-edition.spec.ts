import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, loadText, report } from '@webserv/config';
import { editionContract } from '@webserv/connection/testing';
import { Loop } from '@webserv/event-loop';
import { Engine } from '../process/engine.ts';
import { StartError } from '../process/start-error.ts';
import { realSystem } from '../process/system.ts';
import { atOnce } from '../steps.ts';
import { HostedEdition } from './hosted-edition.ts';

let folder: string;
let engine: Engine;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'webserv-edition-'));
  mkdirSync(join(folder, 'site'));
  engine = new Engine('webserv/test', Loop.open(), realSystem);
});

afterEach(() => {
  engine.close();
  engine.loop.dispose();
  rmSync(folder, { recursive: true });
});

function configOf(names: readonly string[], errorLog = 'off'): Config {
  const servers = names.map(
    (name) => `server {
      listen 127.0.0.1:0; server_name ${name}; access_log off; error_log ${errorLog};
      location / { root site; auto_index on; }
    }`,
  );
  const result = loadText(`error_log off; ${servers.join(' ')}`, join(folder, 'site.conf'));
  if (!result.ok) throw new Error(report(result.diagnostics));
  return result.config;
}

describe('an edition', () => {
  editionContract(() => {
    let ends = 0;
    const whole = new HostedEdition(configOf(['a.test', 'b.test']), engine);
    atOnce(whole.making());
    atOnce(whole.opening());
    return {
      edition: whole.at(whole.config.servers),
      names: ['a.test', 'b.test'],
      retire: () => whole.retire(() => ends++),
      get ends() {
        return ends;
      },
    };
  });
});

describe('a log that cannot be opened', () => {
  it('is an error of the start that names it', () => {
    const config = configOf(['a.test'], 'error.log');
    mkdirSync(join(folder, 'error.log'));
    const open = () => atOnce(new HostedEdition(config, engine).making());
    expect(open).toThrow(StartError);
    expect(open).toThrow(`cannot open the log ${folder}/error.log: EISDIR`);
  });
});
