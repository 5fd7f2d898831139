import { driverOptions, showsBytes, WAYS } from '../testing/drivers.ts';
import { type Answer, fetchOnce, get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

/** The shipped configuration over a copy of its site: every location does what the config says of it. */
describe.each(WAYS)('the demo site on %s', (use) => {
  const site = new TestSite();
  let port = 0;

  beforeAll(() => {
    port = site.startDemo(driverOptions(use));
  });

  afterAll(() => site.close());

  function post(target: string, type: string, body: string, fields = ''): Promise<Answer> {
    const head = `POST ${target} HTTP/1.1\r\nHost: a\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n`;
    return fetchOnce(port, `${head}${fields}\r\n${body}`);
  }

  it.each([
    ['/', 200, 'webserv'],
    ['/1k.html', 200, ''],
    ['/introduce/', 200, ''],
    ['/introduce', 301, ''],
    ['/static/', 200, ''],
    ['/redir', 301, '/redirection.html'],
    ['/redirection.html', 200, ''],
    ['/post/', 200, 'form'],
    ['/delete/', 200, ''],
    ['/auto_index/', 200, 'index.html'],
    ['/auto_index/?format=json', 200, '"entries"'],
    ['/uploads/', 200, ''],
    ['/cgi_1/', 200, ''],
    ['/cgi_2/', 200, ''],
    ['/session/', 200, ''],
    ['/download/', 403, ''],
    ['/no/such/page', 404, 'There is nothing here'],
    ['/cgi_1/cgi.py?a=b', 200, 'a=b'],
    ['/cgi_2/cgi.py?expression=6*7', 200, '42'],
    ['/cgi_1/cgi.py?status=418', 418, ''],
  ])('answers %s with %i', async (target, status, text) => {
    const answer = await fetchOnce(port, get(target));
    expect(answer.status).toBe(status);
    expect(answer.head + answer.body.toString()).toContain(text);
  });

  it('takes a form, gives the file back byte for byte, lists it and deletes it', async () => {
    const content = 'first line\r\n--almost-a-boundary\r\nlast line';
    const form = `--xyz\r\nContent-Disposition: form-data; name="f"; filename="note 1.txt"\r\n\r\n${content}\r\n--xyz--\r\n`;
    const stored = await post(
      '/post/',
      'multipart/form-data; boundary=xyz',
      form,
      'Accept: application/json\r\n',
    );
    expect(stored.status).toBe(201);
    expect(JSON.parse(stored.body.toString()).stored).toEqual([
      { name: 'note 1.txt', size: content.length, location: '/download/note%201.txt' },
    ]);
    expect(stored.headers.get('location')).toBe('/download/note%201.txt');
    expect((await fetchOnce(port, get('/download/note%201.txt'))).body.toString()).toBe(content);
    expect((await post('/post/', 'multipart/form-data; boundary=xyz', form)).status).toBe(409);
    const listed = await fetchOnce(port, get('/uploads/?format=json'));
    const names = (JSON.parse(listed.body.toString()).entries as { name: string }[]).map(({ name }) => name);
    expect(names).toContain('note 1.txt');
    const gone = await fetchOnce(port, 'DELETE /delete/note%201.txt HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(gone.status).toBe(204);
    expect((await fetchOnce(port, get('/download/note%201.txt'))).status).toBe(404);
  });

  it('takes a raw body in chunks, and asks for it where the client waits', async () => {
    const peer = await Peer.open(port);
    peer.send(
      'POST /post/raw.bin HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n',
    );
    await peer.until((bytes) => bytes.includes('HTTP/1.1 100 Continue\r\n\r\n'));
    peer.send('5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\n\r\n');
    expect((await peer.answer()).status).toBe(201);
    expect((await peer.send(get('/download/raw.bin')).answer()).body.toString()).toBe('hello world');
    peer.close();
  });

  it('refuses a body over body_size before it is sent, and one that grows over it', async () => {
    const announced =
      'POST /post/x HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n';
    const peer = await Peer.open(port);
    const refused = await peer.send(announced).answer();
    expect([refused.status, refused.headers.get('connection')]).toEqual([
      413,
      showsBytes(use) ? 'close' : undefined,
    ]);
    peer.close();
    const grows = await Peer.open(port);
    grows.send('POST /post/y HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
    grows.send(`a00001\r\n${'x'.repeat(0xa00001)}\r\n`);
    expect((await grows.answer()).status).toBe(413);
    grows.close();
    expect((await fetchOnce(port, get('/download/y'))).status).toBe(404);
  });

  it('gives the body of a form to a script, and its answer back', async () => {
    const answer = await post('/cgi_2/cgi.py', 'application/x-www-form-urlencoded', 'expression=20%2B22');
    expect(answer.status).toBe(200);
    expect(answer.body.toString()).toContain('42');
  });

  it('streams what a script writes as it is written', async () => {
    const peer = await Peer.open(port);
    peer.send(get('/cgi_1/cgi.py?stream=2'));
    const answer = await peer.answer();
    expect(answer.headers.get('transfer-encoding')).toBe('chunked');
    expect((await peer.send(get('/')).answer()).status).toBe(200);
    peer.close();
  });

  it('keeps a session: signs in, counts visits, signs out', async () => {
    const form = 'application/x-www-form-urlencoded';
    const signedIn = await post('/session/session.py', form, 'do=in&name=Ada');
    const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0];
    expect(cookie).not.toBe('');
    const visit = (): Promise<Answer> => fetchOnce(port, get('/session/session.py', `Cookie: ${cookie}\r\n`));
    expect((await visit()).body.toString()).toContain('Ada');
    const first = (await visit()).body.toString();
    expect((await visit()).body.toString()).not.toBe(first);
  });
});
