import { Registry } from '../registry.ts';
import { AdminAnswers } from './admin-answers.ts';
import { type Answer, type Ask, plain } from './answer.ts';

const LOCAL = { config: () => 'use auto;\n', local: true, unix: false };

function ask(path: string, more: Partial<Ask> = {}): Ask {
  return { method: 'GET', path, query: '', accept: '*/*', host: '127.0.0.1:9000', origin: '', ...more };
}

function answerOf(answers: AdminAnswers, what: Ask): Answer {
  const answer = answers.answer(what);
  if (typeof answer === 'function') throw new Error('it answers later');
  return answer;
}

function later(answers: AdminAnswers, what: Ask): Answer[] {
  const given: Answer[] = [];
  const answer = answers.answer(what);
  if (typeof answer === 'function') answer((each) => given.push(each));
  else throw new Error(`it answers ${answer.status} at once`);
  return given;
}

describe('AdminAnswers', () => {
  const registry = new Registry();
  registry.section('totals', () => ({ requests: 7 }));
  registry.page('/runs', { title: 'Runs', answer: ({ query }) => plain(200, `runs ${query}`) });
  registry.action('reload', (answer) => answer(422, 'it is bad'));
  const answers = new AdminAnswers(registry, LOCAL);

  it.each([
    ['/healthz', 200, 'text/plain; charset=utf-8', 'alive\n'],
    ['/readyz', 200, 'text/plain; charset=utf-8', 'ready\n'],
    ['/config', 200, 'text/plain; charset=utf-8', 'use auto;\n'],
    ['/runs', 200, 'text/plain; charset=utf-8', 'runs \n'],
  ])('%s', (path, status, contentType, body) => {
    expect(answerOf(answers, ask(path))).toMatchObject({ status, contentType, body });
  });

  it('is not ready while it drains, and alive', () => {
    const ending = new Registry();
    const there = new AdminAnswers(ending, LOCAL);
    ending.draining = true;
    expect(answerOf(there, ask('/readyz'))).toMatchObject({ status: 503, body: 'draining\n' });
    expect(answerOf(there, ask('/healthz')).status).toBe(200);
    expect(JSON.parse(answerOf(there, ask('/status.json')).body)).toEqual({ state: 'draining' });
    expect(answerOf(there, ask('/metrics')).body).toContain('webserv_draining 1\n');
  });

  it('shows the status to people as a page, and to programs as JSON', () => {
    const page = answerOf(answers, ask('/status', { accept: 'text/html,*/*;q=0.8' }));
    expect(page.contentType).toBe('text/html; charset=utf-8');
    expect(page.body).toContain('<a href="runs">Runs</a>');
    for (const path of ['/status', '/status.json', '/']) {
      const { contentType, body } = answerOf(answers, ask(path));
      expect(contentType).toBe('application/json; charset=utf-8');
      expect(JSON.parse(body)).toEqual({ state: 'serving', totals: { requests: 7 } });
    }
  });

  it('lets the page run its own script alone', () => {
    const { headers } = answerOf(answers, ask('/', { accept: 'text/html' }));
    const policy = new Map(headers).get('Content-Security-Policy');
    expect(policy).toMatch(
      /^default-src 'none'; script-src 'sha256-[\w+/]{43}='; style-src 'sha256-[\w+/]{43}=';/,
    );
  });

  it('writes metrics in the dialect that is asked for', () => {
    const openMetrics = answerOf(answers, ask('/metrics', { accept: 'application/openmetrics-text' }));
    expect(openMetrics.contentType).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(openMetrics.body.endsWith('# EOF\n')).toBe(true);
    expect(answerOf(answers, ask('/metrics')).contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
  });

  it('runs an action, and answers when it is done', () => {
    expect(later(answers, ask('/reload', { method: 'POST' }))).toMatchObject([
      { status: 422, body: 'it is bad\n' },
    ]);
  });

  it.each([
    ['GET', '/reload', 405, 'POST'],
    ['POST', '/status', 405, 'GET, HEAD'],
    ['POST', '/metrics', 405, 'GET, HEAD'],
    ['DELETE', '/runs', 405, 'GET, HEAD'],
  ])('%s %s is %d', (method, path, status, allow) => {
    expect(answerOf(answers, ask(path, { method }))).toMatchObject({ status, headers: [['Allow', allow]] });
  });

  it.each(['/nothing', '/status/', '/../etc/passwd', '/constructor'])('names its pages at %s', (path) => {
    for (const method of ['GET', 'POST']) {
      const { status, body } = answerOf(answers, ask(path, { method }));
      expect(status).toBe(404);
      expect(body).toContain('/healthz /readyz /metrics /status /status.json /config /runs');
    }
  });

  it('does nothing at a public address', () => {
    const there = new AdminAnswers(registry, { ...LOCAL, local: false });
    expect(answerOf(there, ask('/reload', { method: 'POST' })).status).toBe(403);
    expect(answerOf(there, ask('/status', { host: 'admin.example.org' })).status).toBe(200);
  });
});

describe('a web page of somebody else', () => {
  const registry = new Registry();
  registry.action('reload', (answer) => answer(200, 'done'));
  const answers = new AdminAnswers(registry, LOCAL);

  it.each(['127.0.0.1:9000', '127.0.0.1', '[::1]:9000', 'localhost:9000', 'LOCALHOST', 'a.localhost:1', ''])(
    'is not the one that asks for %s',
    (host) => {
      expect(answerOf(answers, ask('/config', { host })).status).toBe(200);
    },
  );

  it.each([
    'evil.example:9000',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '127.0.0.1@evil.example',
  ])('reads nothing by leading %s to this machine', (host) => {
    expect(answerOf(answers, ask('/config', { host })).status).toBe(421);
  });

  it('does nothing by a form', () => {
    const post = { method: 'POST', origin: 'https://evil.example' };
    expect(answerOf(answers, ask('/reload', post)).status).toBe(403);
    expect(answerOf(answers, ask('/reload', { ...post, origin: 'null' })).status).toBe(403);
    expect(later(answers, ask('/reload', { ...post, origin: 'http://127.0.0.1:9000' }))).toMatchObject([
      { status: 200 },
    ]);
  });

  it('does not reach a unix socket', () => {
    const there = new AdminAnswers(registry, { ...LOCAL, unix: true });
    expect(answerOf(there, ask('/config', { host: 'whatever' })).status).toBe(200);
  });
});
