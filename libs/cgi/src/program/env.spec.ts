import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { headOf } from '../testing/heads.ts';
import { scriptRequestOf } from '../testing/script-request.ts';
import type { Server } from '../workshop/server.ts';
import { environment, type ScriptRequest, serverName, serverPort } from './env.ts';

function variables(lines: readonly string[], over: Partial<ScriptRequest> = {}): Record<string, string> {
  const limits = { maxHeader: 1 << 20, maxHeaders: 20_000, maxTarget: 8192 };
  const entries = environment(scriptRequestOf(lines, over, limits));
  const found: Record<string, string> = {};
  const repeated: string[] = [];
  for (const entry of entries) {
    const text = typeof entry === 'string' ? entry : Buffer.from(entry).toString('latin1');
    const equals = text.indexOf('=');
    if (Object.hasOwn(found, text.slice(0, equals))) repeated.push(text);
    found[text.slice(0, equals)] = text.slice(equals + 1);
  }
  expect(repeated).toEqual([]);
  return found;
}

const GET = ['GET /app/run.sh?a=1&b=%20 HTTP/1.1', 'Host: example.org:8080'];

describe('the meta-variables of RFC 3875 section 4.1', () => {
  it('are all there for a plain GET, and no other', () => {
    expect(variables(GET)).toEqual({
      PATH: '/usr/bin:/bin',
      GATEWAY_INTERFACE: 'CGI/1.1',
      SERVER_SOFTWARE: 'webserv/1.2.3',
      SERVER_PROTOCOL: 'HTTP/1.1',
      SERVER_NAME: 'example.org',
      SERVER_PORT: '8080',
      REQUEST_METHOD: 'GET',
      REQUEST_URI: '/app/run.sh?a=1&b=%20',
      REQUEST_SCHEME: 'http',
      QUERY_STRING: 'a=1&b=%20',
      SCRIPT_NAME: '/app/run.sh',
      SCRIPT_FILENAME: '/srv/cgi/run.sh',
      DOCUMENT_ROOT: '/srv/cgi',
      REDIRECT_STATUS: '200',
      REMOTE_ADDR: '192.0.2.7',
      REMOTE_PORT: '50123',
      SERVER_ADDR: '2001:db8::80',
      REMOTE_HOST: '192.0.2.7',
      HTTP_HOST: 'example.org:8080',
    });
  });

  it('stand beside those of the config, and PATH is the one of the config', () => {
    const found = variables(GET, {
      more: [
        ['GIT_PROJECT_ROOT', '/srv/git'],
        ['PATH', '/opt/bin'],
        ['NAME', '안녕 a=b'],
        ['EMPTY', ''],
        ['GONE', null],
      ],
    });
    expect(found).toMatchObject({
      GIT_PROJECT_ROOT: '/srv/git',
      PATH: '/opt/bin',
      REQUEST_METHOD: 'GET',
      NAME: '안녕 a=b',
      EMPTY: '',
    });
    expect(found).not.toHaveProperty('GONE');
    expect(variables(GET, { more: [['PATH', null]] })['PATH']).toBe('/usr/bin:/bin');
  });

  it('take ten thousand different fields, each of them looked at once', () => {
    const names = Array.from({ length: 9900 }, (_, index) => `X-${index}`);
    const found = variables([
      ...GET,
      ...names.map((name) => `${name}: v`),
      ...names.map((name) => `${name}: w`),
    ]);
    expect(names.filter((name) => found[`HTTP_${name.replace('-', '_')}`] !== 'v, w')).toEqual([]);
  });

  type Row = readonly [
    what: string,
    lines: readonly string[],
    name: string,
    value: string | undefined,
    over?: Partial<ScriptRequest>,
  ];
  const script = { name: '/x', pathInfo: '/ä b', file: '/srv/x', interpreter: '', application: null };
  const failed = { status: 404, method: 'POST', path: '/gone', query: 'a=1' };
  const rows: Row[] = [
    ['no query: empty and there', ['GET / HTTP/1.1', 'Host: a'], 'QUERY_STRING', ''],
    ['a bare question mark', ['GET /? HTTP/1.1', 'Host: a'], 'REQUEST_URI', '/?'],
    ['the path as it was sent', ['GET /%61//b/../c HTTP/1.1', 'Host: a'], 'REQUEST_URI', '/%61//b/../c'],
    [
      'absolute form: without scheme and host',
      ['GET http://a/p?q HTTP/1.1', 'Host: a'],
      'REQUEST_URI',
      '/p?q',
    ],
    [
      'absolute form: its host, whatever Host says',
      ['GET http://named.example:8081/p HTTP/1.1', 'Host: other.example'],
      'HTTP_HOST',
      'named.example:8081',
    ],
    [
      'absolute form without a port',
      ['GET http://named.example/p HTTP/1.1', 'Host: other.example:1'],
      'HTTP_HOST',
      'named.example',
    ],
    ['HTTP/1.0', ['GET / HTTP/1.0'], 'SERVER_PROTOCOL', 'HTTP/1.0'],
    ['HEAD', ['HEAD / HTTP/1.1', 'Host: a'], 'REQUEST_METHOD', 'HEAD'],
    ['a client on a unix socket', GET, 'REMOTE_PORT', undefined, { remotePort: 0 }],
    ['a server on one', GET, 'SERVER_ADDR', undefined, { serverAddress: '' }],
    ['no body', GET, 'CONTENT_LENGTH', undefined],
    ['an empty body', ['POST / HTTP/1.1', 'Host: a', 'Content-Length: 0'], 'CONTENT_LENGTH', '0'],
    ['a body', ['POST / HTTP/1.1', 'Host: a', 'Content-Length: 12'], 'CONTENT_LENGTH', '12'],
    [
      'a body that came in chunks',
      ['POST / HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked'],
      'CONTENT_LENGTH',
      '77',
      { contentLength: 77 },
    ],
    ['no type', GET, 'CONTENT_TYPE', undefined],
    ['a type', [...GET, 'Content-Type: text/x; a="b"'], 'CONTENT_TYPE', 'text/x; a="b"'],
    ['no path info', GET, 'PATH_INFO', undefined],
    ['path info, decoded', GET, 'PATH_INFO', '/ä b', { script }],
    ['no translation without path info', GET, 'PATH_TRANSLATED', undefined],
    ['a translation', GET, 'PATH_TRANSLATED', '/srv/ä b', { pathTranslated: '/srv/ä b' }],
    ['nobody has authenticated', [...GET, 'Authorization: Basic eA=='], 'AUTH_TYPE', undefined],
    ['the server has', GET, 'AUTH_TYPE', 'Basic', { authType: 'Basic', remoteUser: 'ada' }],
    ['the user', GET, 'REMOTE_USER', 'ada', { authType: 'Basic', remoteUser: 'ada' }],
    ['credentials for the script', [...GET, 'Authorization: Basic eA=='], 'HTTP_AUTHORIZATION', 'Basic eA=='],
    [
      'credentials that the server has used',
      [...GET, 'Authorization: Basic eA=='],
      'HTTP_AUTHORIZATION',
      undefined,
      { authType: 'Basic' },
    ],
    ['no error', GET, 'REDIRECT_STATUS', '200'],
    ['the status of an error', GET, 'REDIRECT_STATUS', '404', { failed }],
    ['the path of what failed', GET, 'REDIRECT_URL', '/gone', { failed }],
    ['its query', GET, 'REDIRECT_QUERY_STRING', 'a=1', { failed }],
    ['its method', GET, 'REDIRECT_REQUEST_METHOD', 'POST', { failed }],
    [
      'the type of a body that is not there',
      [...GET, 'Content-Type: a/b'],
      'CONTENT_TYPE',
      undefined,
      { failed },
    ],
    ['the id of the request', GET, 'REQUEST_ID', 'r1', { requestId: 'r1' }],
    ['the id as a field', [...GET, 'X-Request-Id: other'], 'HTTP_X_REQUEST_ID', 'r1', { requestId: 'r1' }],
    ['a trace', [...GET, 'Traceparent: 00-1-2-01'], 'HTTP_TRACEPARENT', '00-1-2-01'],
    ['a field', [...GET, 'X-Some-Thing: 1'], 'HTTP_X_SOME_THING', '1'],
    ['an empty field', [...GET, 'X-Empty:'], 'HTTP_X_EMPTY', ''],
    ['a repeated field', [...GET, 'Accept: a', 'ACCEPT: b', 'accept: c'], 'HTTP_ACCEPT', 'a, b, c'],
    ['repeated cookies', [...GET, 'Cookie: a=1', 'Cookie: b=2'], 'HTTP_COOKIE', 'a=1; b=2'],
    ['a byte beyond ASCII as it was', [...GET, 'X-Name: caf\xe9'], 'HTTP_X_NAME', 'caf\xe9'],
    [
      'bytes beyond ASCII in one of several',
      [...GET, 'X-Name: a', 'X-Other: b', 'x-name: \xe9'],
      'HTTP_X_NAME',
      'a, \xe9',
    ],
    ['a name that another one begins with', [...GET, 'X-Name: a', 'X-Na: b'], 'HTTP_X_NA', 'b'],
    ['the coding of the body', [...GET, 'Content-Encoding: gzip'], 'HTTP_CONTENT_ENCODING', 'gzip'],
    ['httpoxy', [...GET, 'Proxy: http://evil/'], 'HTTP_PROXY', undefined],
    ['httpoxy in another case', [...GET, 'pROXY: http://evil/'], 'HTTP_PROXY', undefined],
    ['the type once only', [...GET, 'Content-Type: a/b'], 'HTTP_CONTENT_TYPE', undefined],
    ['the length once only', [...GET, 'Content-Length: 0'], 'HTTP_CONTENT_LENGTH', undefined],
    ['an underscore, which could pass for a hyphen', [...GET, 'X_User: root'], 'HTTP_X_USER', undefined],
    ['the field itself beside it', [...GET, 'X-User: ada', 'X_User: root'], 'HTTP_X_USER', 'ada'],
    ['a dot', [...GET, 'X.User: root'], 'HTTP_X.USER', undefined],
    ['a field about the connection', [...GET, 'Keep-Alive: 5'], 'HTTP_KEEP_ALIVE', undefined],
    ['one that Connection names', [...GET, 'Connection: close, X-Hop', 'X-Hop: 1'], 'HTTP_X_HOP', undefined],
    ['Connection', [...GET, 'Connection: close'], 'HTTP_CONNECTION', undefined],
    ['TE', [...GET, 'TE: trailers'], 'HTTP_TE', undefined],
    ['credentials for a proxy', [...GET, 'Proxy-Authorization: x'], 'HTTP_PROXY_AUTHORIZATION', undefined],
    [
      'chunks, which the script never sees',
      ['POST / HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked'],
      'HTTP_TRANSFER_ENCODING',
      undefined,
    ],
    [
      'Expect, which the server has answered',
      ['POST / HTTP/1.1', 'Host: a', 'Content-Length: 1', 'Expect: 100-continue'],
      'HTTP_EXPECT',
      undefined,
    ],
  ];

  for (const [what, lines, name, value, over] of rows) {
    it(what, () => {
      const found = variables(lines, over);
      expect(found[name]).toBe(value);
      if (value === undefined) expect(found).not.toHaveProperty([name]);
    });
  }
});

it('hands on more names, and longer ones, than are remembered', () => {
  for (let from = 0; from < 400; from += 50) {
    const names = Array.from({ length: 50 }, (_, index) => `X-${'y'.repeat(index)}-${from + index}`);
    const found = variables([...GET, ...names.map((name) => `${name}: ${name}`)]);
    for (const name of names) expect(found[`HTTP_${name.replaceAll('-', '_').toUpperCase()}`]).toBe(name);
  }
  expect(variables([...GET, 'Proxy: http://evil/'])).not.toHaveProperty('HTTP_PROXY');
});

describe('the variables of TLS', () => {
  const secure = {
    version: 'TLSv1.3' as const,
    cipher: 'TLS_AES_128_GCM_SHA256',
    serverName: 'example.org',
    resumed: false,
    client: null,
  };
  it('are not there on a plain connection', () => {
    const names = Object.keys(variables(GET));
    expect(names.filter((name) => name === 'HTTPS' || name.startsWith('SSL_'))).toEqual([]);
  });

  it('say what was agreed on', () => {
    expect(variables(GET, { secure })).toMatchObject({
      HTTPS: 'on',
      REQUEST_SCHEME: 'https',
      SSL_PROTOCOL: 'TLSv1.3',
      SSL_CIPHER: 'TLS_AES_128_GCM_SHA256',
      SSL_TLS_SNI: 'example.org',
      SSL_SESSION_RESUMED: 'Initial',
      SSL_CLIENT_VERIFY: 'NONE',
    });
  });

  it('say who the client is', () => {
    const folder = mkdtempSync(join(tmpdir(), 'webserv-env-'));
    const words =
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout k -out c'.split(' ');
    execFileSync('openssl', [...words, '-utf8', '-subj', '/O=Some/CN=mä'], { cwd: folder, stdio: 'ignore' });
    const pem = readFileSync(join(folder, 'c'), 'latin1');
    rmSync(folder, { recursive: true });
    expect(
      variables(GET, { secure: { ...secure, resumed: true, client: { pem, fault: '' } } }),
    ).toMatchObject({
      SSL_SESSION_RESUMED: 'Resumed',
      SSL_CLIENT_VERIFY: 'SUCCESS',
      SSL_CLIENT_S_DN: 'CN=m\xc3\xa4,O=Some',
      SSL_CLIENT_I_DN: 'CN=m\xc3\xa4,O=Some',
      SSL_CLIENT_M_SERIAL: expect.stringMatching(/^[0-9A-F]+$/),
      SSL_CLIENT_V_START: expect.stringMatching(/GMT$/),
      SSL_CLIENT_V_END: expect.stringMatching(/GMT$/),
      SSL_CLIENT_FINGERPRINT: expect.stringMatching(/^[0-9A-F:]{95}$/),
      SSL_CLIENT_CERT: pem,
    });
    const fault = 'self-signed certificate';
    expect(variables(GET, { secure: { ...secure, client: { pem, fault } } })).toMatchObject({
      SSL_CLIENT_VERIFY: 'FAILED:self-signed certificate',
    });
  });

  it('cannot be made by a client', () => {
    const found = variables([
      ...GET,
      'HTTPS: on',
      'SSL-CLIENT-VERIFY: SUCCESS',
      'SSL_CLIENT_VERIFY: SUCCESS',
    ]);
    expect(found).toMatchObject({
      HTTP_HTTPS: 'on',
      HTTP_SSL_CLIENT_VERIFY: 'SUCCESS',
      REQUEST_SCHEME: 'http',
    });
    expect(found).not.toHaveProperty('SSL_CLIENT_VERIFY');
  });
});

interface ListenOver {
  readonly host?: string;
  readonly port?: number;
  readonly family?: 'ipv4' | 'ipv6' | 'unix';
  readonly tls?: boolean;
}

function server(names: readonly string[], listens: readonly ListenOver[]): Server {
  const whole = listens.map((listen) => ({
    family: 'ipv4',
    host: '0.0.0.0',
    port: 80,
    tls: false,
    ...listen,
  }));
  return { names, listens: whole } as unknown as Server;
}

const BARE = ['GET / HTTP/1.0'];

describe('SERVER_NAME', () => {
  it.each([
    ['what was asked for', ['GET / HTTP/1.1', 'Host: Asked.example:81'], ['own'], [{}], 'asked.example'],
    ['an address in its brackets', ['GET / HTTP/1.1', 'Host: [::1]:81'], ['own'], [{}], '[::1]'],
    ['the own name, but no pattern', BARE, ['*.example', 'own.example'], [{}], 'own.example'],
    ['the own address', BARE, [], [{}, { host: '192.0.2.1' }], '192.0.2.1'],
    ['the own IPv6 address', BARE, [], [{ host: '::' }, { host: '2001:db8::1' }], '[2001:db8::1]'],
    ['no name at all', BARE, ['*.example'], [{ host: '::' }], 'localhost'],
  ])('%s', (_what, lines, names, listens, expected) => {
    expect(serverName(headOf(lines), server(names, listens))).toBe(expected);
  });
});

describe('SERVER_PORT', () => {
  it.each([
    ['the one named, of several', ['GET / HTTP/1.1', 'Host: a:81'], [{ port: 80 }, { port: 81 }], 81],
    ['80 where none is named', ['GET / HTTP/1.1', 'Host: a'], [{ port: 81 }, { port: 80 }], 80],
    ['the own one where another is named', ['GET / HTTP/1.1', 'Host: a:999'], [{ port: 81 }], 81],
    ['the own one where none is named', BARE, [{ port: 81 }], 81],
    ['the one named where the system chose', ['GET / HTTP/1.1', 'Host: a:45678'], [{ port: 0 }], 45_678],
    ['behind a unix socket', ['GET / HTTP/1.1', 'Host: a'], [{ port: 0, family: 'unix' as const }], 80],
  ])('%s', (_what, lines, listens, expected) => {
    expect(serverPort(headOf(lines), server([], listens), false)).toBe(expected);
  });

  it.each([
    [
      '443 over TLS where none is named',
      ['GET / HTTP/1.1', 'Host: a'],
      [{ port: 80 }, { port: 443, tls: true }],
      443,
    ],
    [
      'the one named over TLS',
      ['GET / HTTP/1.1', 'Host: a:8443'],
      [{ port: 80 }, { port: 8443, tls: true }],
      8443,
    ],
    ['a tls address of its own, not a plain one', BARE, [{ port: 80 }, { port: 8443, tls: true }], 8443],
    [
      'the one named where the system chose',
      ['GET / HTTP/1.1', 'Host: a:4567'],
      [{ port: 0, tls: true }],
      4567,
    ],
  ])('%s', (_what, lines, listens, expected) => {
    expect(serverPort(headOf(lines), server([], listens), true)).toBe(expected);
  });
});
