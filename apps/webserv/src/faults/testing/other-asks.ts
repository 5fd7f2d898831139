import { type Ask, type AskContext, bodyIs, headOf, isFile, statusIs } from './ask.ts';
import { inChunks } from './file-asks.ts';
import { countOf, MODES, type Mode, pieces } from './script-child.ts';
import { CONTENTS } from './site-plan.ts';

/** A script, in one of its moods, with or without a body. */
export function runScript(context: AskContext): Ask {
  const { random, site, mark } = context;
  const mode = MODES[random.below(MODES.length)] as Mode;
  const most = site.bodySize > 100_000 && random.chance(0.1) ? 300_000 : 6000;
  const size = random.chance(0.5) ? 0 : random.below(most);
  const content = `${mark} `.repeat(Math.ceil(size / 4)).slice(0, size);
  const chunked = size > 0 && random.chance(0.5);
  const method = size === 0 ? 'GET' : 'POST';
  const target = `/cgi/run.cgi?mode=${mode}&mark=${encodeURIComponent(mark)}`;
  const fields = size === 0 ? [] : [chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${size}`];
  return {
    label: `${method} script, ${mode}, ${size} bytes${chunked ? ', chunked' : ''}`,
    method,
    head: headOf(method, target, fields),
    body: chunked ? inChunks(content, 1 + random.below(2000)) : content,
    floods: chunked && size > site.bodySize,
    script: true,
    breaks: mode === 'hangs-midway' || mode === 'breaks-off',
    judge: (answer, past) => {
      if (size > site.bodySize && answer.status === 413) return null;
      // Others may hold all the places for children, or stand in the queue.
      if (answer.status === 503 && site.maxCgi === 1) return null;
      if (mode === 'local') return isFile(answer, past, '/world/site/index.html');
      return judgeScript(mode, mark, content)(answer, past);
    },
  };
}

function judgeScript(mode: Mode, mark: string, content: string): Ask['judge'] {
  switch (mode) {
    case 'hang':
    case 'stubborn':
      return (answer) => statusIs(answer, 504);
    case 'crash':
    case 'silent':
    case 'garbage':
      return (answer) => statusIs(answer, 502);
    case 'redirect':
      return (answer) => statusIs(answer, 302);
    case 'status':
      return (answer) => statusIs(answer, 418) ?? bodyIs(answer, mark);
    case 'echo':
      return (answer) => statusIs(answer, 200) ?? bodyIs(answer, content);
    default:
      return (answer) => statusIs(answer, 200) ?? bodyIs(answer, pieces(mark, countOf(mode)).join(''));
  }
}

/** What is answered by its text alone: other servers, redirections, what is not allowed. */
const PLAIN: readonly { head: string; method: string; status: number; path?: string; ends?: boolean }[] = [
  { method: 'GET', head: 'GET / HTTP/1.1\r\nHost: two\r\n\r\n', status: 200, path: '/world/two/index.html' },
  {
    method: 'GET',
    head: 'GET /index.html HTTP/1.1\r\nHost: two:80\r\n\r\n',
    status: 200,
    path: '/world/two/index.html',
  },
  { method: 'GET', head: headOf('GET', '/folder/'), status: 200, path: '/world/site/folder/index.html' },
  { method: 'GET', head: headOf('GET', '/folder'), status: 301 },
  { method: 'GET', head: headOf('GET', '/moved'), status: 302 },
  { method: 'GET', head: headOf('GET', '/nowhere/at/all'), status: 404, path: '/world/pages/404.html' },
  { method: 'DELETE', head: headOf('DELETE', '/index.html'), status: 405 },
  { method: 'BREW', head: headOf('BREW', '/index.html'), status: 501 },
  {
    method: 'GET',
    head: 'GET /about.txt HTTP/1.0\r\n\r\n',
    status: 200,
    path: '/world/site/about.txt',
    ends: true,
  },
];

export function plain({ random }: AskContext): Ask {
  const {
    head,
    method,
    status,
    path,
    ends = false,
  } = PLAIN[random.below(PLAIN.length)] as (typeof PLAIN)[number];
  return {
    label: JSON.stringify(head),
    method,
    head,
    body: '',
    ends,
    // Where the page for an error cannot be read, the built-in one stands in.
    judge: (answer, { calm }) =>
      statusIs(answer, status) ??
      (path === undefined || (status >= 400 && !calm) ? null : bodyIs(answer, CONTENTS.get(path) ?? '')),
  };
}

/** What must be refused, with a request behind it that must never be read as one. */
const SMUGGLED = 'GET /about.txt HTTP/1.1\r\nHost: one\r\n\r\n';
const REFUSED: readonly [string, ...number[]][] = [
  ['GET / HTTP/1.1\r\nHost : one\r\n\r\n', 400],
  ['GET  / HTTP/1.1\r\nHost: one\r\n\r\n', 400],
  ['GET / HTTP/1.1\r\n\r\n', 400],
  ['GET / HTTP/1.1\r\nHost: one\r\nHost: two\r\n\r\n', 400],
  ['GET /\u0001 HTTP/1.1\r\nHost: one\r\n\r\n', 400],
  ['GET / HTTP/1.1\nHost: one\n\n', 400],
  ['GET / HTTP/1.1\r\nHost: one\r\n folded: yes\r\n\r\n', 400],
  ['GET / HTTP/3.7\r\nHost: one\r\n\r\n', 400, 505],
  [`GET / HTTP/1.1\r\nHost: one\r\nX: ${'x'.repeat(2000)}\r\n\r\n`, 431],
  [`GET /${'x'.repeat(9000)} HTTP/1.1\r\nHost: one\r\n\r\n`, 414, 431],
  [`GET / HTTP/1.1\r\nHost: one\r\n${'X: x\r\n'.repeat(30)}\r\n`, 431],
  [
    'POST /upload/x HTTP/1.1\r\nHost: one\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
  ],
  ['POST /upload/x HTTP/1.1\r\nHost: one\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc', 400],
  ['POST /upload/x HTTP/1.1\r\nHost: one\r\nContent-Length: +3\r\n\r\nabc', 400],
  ['POST /upload/x HTTP/1.1\r\nHost: one\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n', 400, 501],
  ['POST /upload/x HTTP/1.1\r\nHost: one\r\nTransfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n', 400],
];

export function refused({ random }: AskContext): Ask {
  const [head, ...statuses] = REFUSED[random.below(REFUSED.length)] as (typeof REFUSED)[number];
  return {
    label: `refused: ${JSON.stringify(head.slice(0, 90))}`,
    method: 'GET',
    head: head + SMUGGLED,
    body: '',
    ends: true,
    judge: (answer) =>
      statusIs(answer, ...statuses) ?? (answer.persists ? 'goes on after what it refused' : null),
  };
}
