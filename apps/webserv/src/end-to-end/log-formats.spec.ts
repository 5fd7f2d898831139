import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RawReceiver } from '@webserv/event-loop/testing';
import { pairFor } from '../testing/certificates.ts';
import { DRIVERS, driverOptions } from '../testing/drivers.ts';
import { Http2Peer } from '../testing/http2-peer.ts';
import { get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';
import { until } from '../testing/until.ts';

const PAIR = pairFor('localhost');

describe.each(DRIVERS)('logs of one\u2019s own on %s', (use) => {
  let site: TestSite;

  beforeEach(() => {
    site = new TestSite();
    site.file('www/page.html', 'page');
    site.file('a.pem', PAIR.certificate);
    site.file('a.key', PAIR.key);
  });

  afterEach(() => site.close());

  function lines(name: string): string[] {
    try {
      return readFileSync(join(site.folder, name), 'utf8').split('\n').filter(Boolean);
    } catch {
      return [];
    }
  }

  const OWN = (listen: string) => `
    log_format own '$remote_addr|$request|$uri|$args|$status|$body_bytes_sent|$host|$server_name|'
      '$scheme|$https|$ssl_protocol|$ssl_server_name|$http_x_one|$cache|$stage|$request_time|$pid';
    error_log off;
    server {
      listen 127.0.0.1:0 ${listen}; server_name localhost;
      access_log own.log own buffer=0; root www; location / { }
    }`;
  const COMMON = '/page.html|a=b|200|4|localhost|localhost';

  it('writes each value of a request over HTTP/1.1', async () => {
    const peer = await Peer.open(site.start(OWN(''), driverOptions(use)));
    expect((await peer.send(get('/page%2ehtml?a=b', 'X-One: "1"\r\n')).answer()).status).toBe(200);
    peer.close();
    await until(() => lines('own.log').length === 1);
    const [line = ''] = lines('own.log');
    expect(line).toContain(`127.0.0.1|GET /page%2ehtml?a=b HTTP/1.1|${COMMON}|http|-|-|-|\\x221\\x22|`);
    expect(line).toMatch(/\|0\.\d{3}\|\d+$/);
  });

  it('writes each value of a request over HTTP/2 and TLS', async () => {
    const port = site.start(OWN('tls; certificate a.pem a.key'), driverOptions(use));
    const peer = await Http2Peer.open(port, PAIR.certificate);
    expect((await peer.ask({ ':path': '/page%2ehtml?a=b', 'x-one': '"1"' })).status).toBe(200);
    peer.close();
    await until(() => lines('own.log').length === 1);
    const [line = ''] = lines('own.log');
    const secure = 'https|on|TLSv1.3|localhost';
    expect(line).toContain(`127.0.0.1|GET /page%2ehtml?a=b HTTP/2.0|${COMMON}|${secure}|\\x221\\x22|`);
  });

  it('writes the requests that a choice takes', async () => {
    const port = site.start(
      `error_log off;
       server {
         listen 127.0.0.1:0; access_log some.log if=error sample=1/4 buffer=0; root www; location / { }
       }`,
      driverOptions(use),
    );
    const peer = await Peer.open(port);
    for (let turn = 0; turn < 8; turn++) {
      await peer.send(get(turn % 4 === 2 ? `/none-${turn}` : `/page.html?${turn}`)).answer();
    }
    peer.close();
    await until(() => lines('some.log').length === 4);
    expect(lines('some.log').map((line) => line.split(' ')[6])).toEqual([
      '/page.html?0',
      '/none-2',
      '/page.html?5',
      '/none-6',
    ]);
  });

  it('sends access lines and error lines to a system log', async () => {
    const socket = join(site.folder, 'log');
    const local = new RawReceiver({ family: 'unix', path: socket });
    const remote = new RawReceiver({ family: 'ipv4', host: '127.0.0.1', port: 0 });
    const { address } = remote;
    const udp = address.family === 'unix' ? 0 : address.port;
    try {
      const port = site.start(
        `error_log syslog:server=unix:log,tag=site,facility=daemon info;
         server {
           listen 127.0.0.1:0; access_log syslog:server=127.0.0.1:${udp} json; root www; location / { }
         }`,
        driverOptions(use),
      );
      const peer = await Peer.open(port);
      await peer.send(get('/none')).answer();
      peer.close();
      const access: string[] = [];
      const errors: string[] = [];
      await until(() => {
        access.push(...remote.take());
        errors.push(...local.take());
        return access.length >= 1 && errors.some((line) => line.includes('/none'));
      });
      expect(access[0]).toMatch(
        /^<190>1 \d{4}-\d\d-\d\dT[\d:+-]{14} \S+ webserv \d+ - - \{"time":.*"status":404.*\}$/,
      );
      expect(errors[0]).toMatch(/^<29>\w{3} [ \d]\d [\d:]{8} site\[\d+\]: .*\[notice\] serving on/);
      expect(errors.find((line) => line.includes('/none'))).toMatch(/^<30>.*\[info\] .*status=404/);
    } finally {
      local.close();
      remote.close();
    }
  });

  it('serves without a system log, and says so once', async () => {
    const port = site.start(
      `error_log error.log;
       server { listen 127.0.0.1:0; access_log syslog:server=unix:nobody; root www; location / { } }`,
      driverOptions(use),
    );
    const peer = await Peer.open(port);
    for (let turn = 0; turn < 3; turn++)
      expect((await peer.send(get('/page.html')).answer()).status).toBe(200);
    peer.close();
    await until(() => lines('error.log').some((line) => line.includes('cannot be written: ENOENT')));
    await site.running?.close();
    const said = lines('error.log').filter((line) => line.includes('log syslog:'));
    expect(said).toHaveLength(2);
    expect(said[1]).toMatch(/was closed, 3 lines were lost"$/);
  });
});
