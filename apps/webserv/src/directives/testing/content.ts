import { rmSync, symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import type { Place, Probe } from './probe.ts';
import { freshName } from './uploads.ts';

async function bodyAt(place: Place, path: string): Promise<string> {
  return (await place.ask(place.get(path))).body.toString();
}

async function statusAt(place: Place, path: string): Promise<number> {
  return (await place.ask(place.get(path))).status;
}

/** Directives that say what a location answers with. */
export const CONTENT: Readonly<Record<string, Probe>> = {
  root: {
    settings: [
      ['root a;', 'a'],
      ['root b;', 'b'],
    ],
    files: { 'a/name': 'a', 'b/name': 'b' },
    observe: (place) => bodyAt(place, '/name'),
  },
  default_file: {
    settings: [
      ['default_file a;', 'a'],
      ['default_file b;', 'b'],
      ['default_file none b a;', 'b'],
    ],
    files: { 'files/a': 'a', 'files/b': 'b' },
    observe: (place) => bodyAt(place, '/'),
  },
  auto_index: {
    settings: [
      ['auto_index on;', ['listing', 'listing']],
      ['auto_index off;', ['403', 'index']],
      ['auto_index missing;', ['listing', 'index']],
    ],
    files: { 'files/folder/name': '', 'files/other/index.html': 'index' },
    observe: async (place) => {
      const seen = async (path: string): Promise<string> => {
        const { status, body } = await place.ask(place.get(path));
        if (status !== 200) return String(status);
        return body.toString() === 'index' ? 'index' : 'listing';
      };
      return [await seen('/folder/'), await seen('/other/')];
    },
  },
  auto_index_readme: {
    settings: [
      ['auto_index_readme on;', [true, true]],
      ['auto_index_readme off;', [false, false]],
    ],
    around: { server: 'auto_index on;' },
    files: { 'files/folder/README.md': '**strong**', 'files/other/readme': 'strong' },
    observe: async (place) => {
      const pages = [await bodyAt(place, '/folder/'), await bodyAt(place, '/other/')];
      return pages.map((page) => /<article[\s\S]*strong[\s\S]*<\/article>/.test(page));
    },
  },
  auto_index_theme: {
    settings: [
      ['auto_index_theme one.css;', ['one']],
      ['auto_index_theme two.css;', ['two']],
      ['auto_index_theme off;', []],
    ],
    around: { server: 'auto_index on;' },
    files: { 'one.css': '/*one*/', 'two.css': '/*two*/', 'files/folder/name': '' },
    observe: async (place) => (await bodyAt(place, '/folder/')).match(/(?<=\/\*)\w+(?=\*\/)/g) ?? [],
  },
  archive: {
    settings: [
      ['archive zip;', ['application/zip', 'text/html; charset=utf-8']],
      ['archive tar;', ['text/html; charset=utf-8', 'application/x-tar']],
      ['archive zip tar;', ['application/zip', 'application/x-tar']],
      ['archive off;', ['text/html; charset=utf-8', 'text/html; charset=utf-8']],
    ],
    around: { server: 'auto_index on;' },
    files: { 'files/folder/name': 'content' },
    observe: async (place) => {
      const typeOf = async (kind: string): Promise<string | undefined> =>
        (await place.ask(place.get(`/folder/?archive=${kind}`))).headers.get('content-type');
      return [await typeOf('zip'), await typeOf('tar')];
    },
  },
  try_files: {
    settings: [
      ['try_files $uri $uri.html =404;', ['page', 404]],
      ['try_files $uri /other.html;', ['other', 200]],
      ['try_files off;', ['', 404]],
    ],
    files: { 'files/page.html': 'page', 'files/other.html': 'other' },
    observe: async (place) => {
      const { status, body } = await place.ask(place.get('/page'));
      return [status === 200 ? body.toString() : '', await statusAt(place, '/none')];
    },
  },
  spa: {
    settings: [
      ['spa page.html;', ['page', 404]],
      ['spa other.html;', ['other', 404]],
      ['spa off;', ['', 404]],
    ],
    files: { 'files/page.html': 'page', 'files/other.html': 'other' },
    observe: async (place) => {
      const { status, body } = await place.ask(place.get('/route', 'Accept: text/html\r\n'));
      return [status === 200 ? body.toString() : '', await statusAt(place, '/none')];
    },
  },
  method: {
    settings: [
      ['method GET;', ['GET, HEAD', 405, 404, 405]],
      ['method GET POST;', ['GET, HEAD, POST', 201, 404, 405]],
      ['method POST;', ['POST', 201, 405, 405]],
      ['method GET PUT;', ['GET, HEAD, PUT', 405, 404, 201]],
    ],
    observe: async (place) => {
      const { headers } = await place.ask(place.get('/').replace('GET', 'DELETE'));
      const { status } = await place.ask(place.post(freshName(place), 'content'));
      const put = await place.ask(place.post(`${freshName(place)}-put`, 'content').replace('POST', 'PUT'));
      return [headers.get('allow'), status, await statusAt(place, '/none'), put.status];
    },
  },
  symlinks: {
    settings: [
      ['symlinks on;', 'outside'],
      ['symlinks off;', ''],
    ],
    files: { 'outside/name': 'outside' },
    observe: async (place) => {
      const { folder } = place.site;
      if (place.turn === 1)
        symlinkSync(join(folder, 'outside/name'), join(folder, `files/link${place.prefix.length}`));
      const answer = await place.ask(place.get(`/link${place.prefix.length}`));
      return answer.status === 200 ? answer.body.toString() : '';
    },
  },
  dotfiles: {
    settings: [
      ['dotfiles on;', [200, true]],
      ['dotfiles off;', [404, false]],
    ],
    around: { server: 'auto_index on;' },
    files: { 'files/folder/.hidden-name': '' },
    observe: async (place) => [
      await statusAt(place, '/folder/.hidden-name'),
      (await bodyAt(place, '/folder/')).includes('.hidden-name'),
    ],
  },
  default_type: {
    settings: [
      ['default_type text/plain;', 'text/plain; charset=utf-8'],
      ['default_type application/x-own;', 'application/x-own'],
    ],
    files: { 'files/name': 'text' },
    observe: async (place) => (await place.ask(place.get('/name'))).headers.get('content-type'),
  },
  charset: {
    settings: [
      ['charset utf-8;', 'text/plain; charset=utf-8'],
      ['charset iso-8859-1;', 'text/plain; charset=iso-8859-1'],
      ['charset off;', 'text/plain'],
    ],
    files: { 'files/name.txt': 'text' },
    observe: async (place) => (await place.ask(place.get('/name.txt'))).headers.get('content-type'),
  },
  etag: {
    settings: [
      ['etag stat;', [true, true]],
      ['etag content;', [true, false]],
      ['etag off;', [false, true]],
    ],
    files: { 'files/name.txt': 'text' },
    observe: async (place) => {
      const { headers } = await place.ask(place.get('/name.txt'));
      return [headers.has('etag'), headers.has('last-modified')];
    },
  },
  error: {
    settings: [
      ['error 404 a.html;', ['a', 'its own']],
      ['error 404 b.html;', ['b', 'its own']],
      ['error 404 a.html 405 b.html;', ['a', 'b']],
      ['error 404 script c.run 405 b.html;', ['404', 'b']],
    ],
    around: { location: 'cgi .run /bin/sh;' },
    files: {
      'a.html': 'a',
      'b.html': 'b',
      'c.run': 'printf "Content-Type: text/plain\\n\\n$REDIRECT_STATUS"',
    },
    observe: async (place) => {
      const answer = await place.ask(place.get('/none').replace('GET', 'PUT'));
      const body = answer.body.toString();
      return [await bodyAt(place, '/none'), body.length === 1 ? body : 'its own'];
    },
  },
  redirection: {
    settings: [
      ['redirection /a;', '301 /a'],
      ['redirection 307 /b;', '307 /b'],
      ['redirection 302 https://$host/c$rest;', '302 https://localhost/c/name'],
    ],
    observe: async (place) => {
      const answer = await place.ask(place.get('/name'));
      return `${answer.status} ${answer.headers.get('location')}`;
    },
  },
  rewrite: {
    settings: [
      ['rewrite = /name /other; rewrite = /in/name /in/other;', 'other'],
      ['rewrite *.none /$1; rewrite *me /in/na$1;', 404],
      ['rewrite /none /other;', 'name'],
    ],
    files: { 'files/name': 'name', 'files/other': 'other' },
    observe: async (place) => {
      const { status, body } = await place.ask(place.get('/name'));
      return status === 200 ? body.toString() : status;
    },
  },
  return: {
    settings: [
      ['return 200 "a text";', '200 a text'],
      ['return 410 gone;', '410 gone'],
    ],
    observe: async (place) => {
      const answer = await place.ask(place.get('/name'));
      return `${answer.status} ${answer.body}`;
    },
  },
  env: {
    settings: [
      ['env PROBE one;', 'one'],
      ['env PROBE "two words";', 'two words'],
    ],
    around: { location: 'cgi .run /bin/sh;' },
    files: { 'files/name.run': 'printf "Content-Type: text/plain\\n\\n%s" "$PROBE"' },
    observe: (place) => bodyAt(place, '/name.run'),
  },
  script: {
    settings: [
      ['script tool/one.run;', '/tool/a/b'],
      ['script tool/two.run;', 'two'],
    ],
    around: { location: 'cgi .run /bin/sh;' },
    files: {
      'tool/one.run': 'printf "Content-Type: text/plain\\n\\n%s" "$PATH_INFO"',
      'tool/two.run': 'printf "Content-Type: text/plain\\n\\ntwo"',
    },
    observe: (place) => bodyAt(place, '/tool/a/b'),
  },
  cgi: {
    settings: [
      ['cgi .run /bin/sh;', 'ran'],
      ['cgi .run /bin/cat;', 502],
    ],
    files: { 'files/name.run': 'printf "Content-Type: text/plain\\n\\nran"' },
    observe: async (place) => {
      const answer = await place.ask(place.get('/name.run'));
      return answer.status === 200 ? answer.body.toString() : answer.status;
    },
  },
  head: {
    settings: [
      ['head on;', [200, 200, 'GET, HEAD, POST']],
      ['head off;', [200, 405, 'GET, POST']],
    ],
    around: { server: 'method GET POST;' },
    files: { 'files/a.html': 'a' },
    observe: async (place) => {
      const get = place.get('/a.html');
      const statuses = [(await place.ask(get)).status, (await place.ask(get.replace('GET', 'HEAD'))).status];
      const { headers } = await place.ask(get.replace('GET', 'DELETE'));
      return [...statuses, headers.get('allow')];
    },
  },
  action: {
    settings: [
      ['action .run /bin/cat POST;', 'ran'],
      ['action .run /bin/true POST;', 502],
    ],
    observe: async (place) => {
      const answer = await place.ask(place.post('/none.run', 'Content-Type: text/plain\n\nran'));
      return answer.status === 200 ? answer.body.toString() : answer.status;
    },
  },
  fastcgi: {
    settings: [
      ['fastcgi unix:here.sock .run;', 'answered'],
      ['fastcgi unix:nowhere.sock .run;', 502],
    ],
    around: { server: 'cgi_timeout 20ms;' },
    files: { 'files/name.run': 'source' },
    observe: async (place) => {
      const application = await answering(join(place.site.folder, 'here.sock'));
      const answer = await place.ask(place.get('/name.run'));
      application.close();
      return answer.status === 200 ? answer.body.toString() : answer.status;
    },
  },
};

/** An application of FastCGI that has one answer. */
function answering(path: string): Promise<Server> {
  const record = (type: number, content: Buffer): Buffer =>
    Buffer.concat([Buffer.of(1, type, 0, 1, 0, content.length, 0, 0), content]);
  const answer = [record(6, Buffer.from('Content-Type: text/plain\n\nanswered')), record(3, Buffer.alloc(8))];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    // All of a short request comes at once.
    socket.on('data', () => socket.end(Buffer.concat(answer)));
  });
  rmSync(path, { force: true });
  return new Promise((resolve) => server.listen(path, () => resolve(server)));
}
