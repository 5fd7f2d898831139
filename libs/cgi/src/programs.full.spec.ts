import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Gateway } from './testing/gateway.ts';
import { World } from './testing/world.ts';

/** Absolute path of an installed program, or ''. */
function program(name: string): string {
  try {
    return execFileSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

const python = program('python3');
const perl = program('perl');
const php = program('php-cgi');
const git = program('git');
const backend =
  git === '' ? '' : join(execFileSync(git, ['--exec-path'], { encoding: 'utf8' }).trim(), 'git-http-backend');

let world: World;

beforeEach(() => {
  world = new World();
});

afterEach(async () => {
  expect(await world.close()).toEqual([]);
});

// Skipped where python3 is not installed.
(python === '' ? describe.skip : describe)('python3', () => {
  it('reads a form, and answers', async () => {
    world.file(
      'form.py',
      [
        'import os, sys, urllib.parse',
        'body = sys.stdin.buffer.read(int(os.environ["CONTENT_LENGTH"])).decode()',
        'form = urllib.parse.parse_qs(body)',
        'print("Content-Type: text/plain; charset=utf-8")',
        'print()',
        'print(form["name"][0], os.environ["CONTENT_TYPE"], os.environ.get("PATH_INFO"), os.getcwd())',
      ].join('\n'),
      0o644,
    );
    world.location('/', [`.py ${python}`]);
    const type = 'application/x-www-form-urlencoded';
    const visit = await world.ask('POST', '/form.py/more', [`Content-Type: ${type}`], 'name=J%C3%BCrgen&x=1');
    expect(visit.text).toBe(`Jürgen ${type} /more ${world.root}\n`);
  });

  it('says on stderr why it fails', async () => {
    world.file('broken.py', 'raise ValueError("on purpose")', 0o644);
    world.location('/', [`.py ${python}`]);
    const visit = await world.ask('GET', '/broken.py');
    while (world.lines.length < 3) await world.nextLine();
    expect(visit.status).toBe(502);
    expect(world.lines.at(-1)).toBe('broken.py: ValueError: on purpose');
  });
});

// Skipped where perl is not installed.
(perl === '' ? describe.skip : describe)('perl', () => {
  it('runs by its first line, and redirects', async () => {
    world.file(
      'go.pl',
      `#!${perl}\n$| = 1;\nprint "Status: 303 See Other\\r\\nLocation: /done?$ENV{QUERY_STRING}\\r\\n\\r\\n";\n`,
    );
    world.location('/', ['go.pl']);
    const visit = await world.ask('GET', '/go.pl?a=1');
    expect([visit.status, visit.reason, visit.header('Location')]).toEqual([303, 'See Other', '/done?a=1']);
  });
});

// Skipped where php-cgi is not installed.
(php === '' ? describe.skip : describe)('php-cgi', () => {
  const FORM = `<?php
    ini_set('session.save_path', getcwd());
    session_start();
    if (isset($_POST['name'])) $_SESSION['name'] = $_POST['name'];
    $_SESSION['visits'] = ($_SESSION['visits'] ?? 0) + 1;
    setcookie('seen', 'yes & no');
    if (isset($_GET['missing'])) http_response_code(404);
    echo htmlspecialchars($_SESSION['name'] ?? 'nobody'), ' ', $_SESSION['visits'], ' ',
      $_SERVER['SCRIPT_NAME'], ' ', $_SERVER['PATH_INFO'] ?? '-', ' ', $_SERVER['REQUEST_METHOD'], "\\n";`;

  beforeEach(() => {
    world.file('page.php', FORM, 0o644);
    world.location('/', [`.php ${php}`]);
  });

  it('has a form, cookies and a session', async () => {
    const first = await world.ask('GET', '/page.php');
    expect([first.status, first.text]).toEqual([200, 'nobody 1 /page.php - GET\n']);
    const cookies = first.headers
      .filter(([name]) => name.toLowerCase() === 'set-cookie')
      .map(([, value]) => value);
    expect(cookies).toHaveLength(2);
    const cookie = `Cookie: ${cookies.map((each) => each.split(';')[0]).join('; ')}`;
    const form = ['Content-Type: application/x-www-form-urlencoded', cookie];
    const second = await world.ask('POST', '/page.php', form, 'name=%3CAda%3E');
    expect(second.text).toBe('&lt;Ada&gt; 2 /page.php - POST\n');
    const third = await world.ask(
      'POST',
      '/page.php/info',
      [...form, 'Transfer-Encoding: chunked'],
      'name=Bob',
    );
    expect(third.text).toBe('Bob 3 /page.php /info POST\n');
    const fourth = await world.ask('GET', '/page.php?missing=1', [cookie]);
    expect([fourth.status, fourth.text]).toEqual([404, 'Bob 4 /page.php - GET\n']);
  });

  it('takes an upload', async () => {
    world.file('up.php', '<?php echo $_FILES["f"]["size"], " ", md5_file($_FILES["f"]["tmp_name"]);', 0o644);
    const content = randomBytes(1 << 20);
    const body = Buffer.concat([
      Buffer.from('--b\r\nContent-Disposition: form-data; name="f"; filename="x"\r\n\r\n'),
      content,
      Buffer.from('\r\n--b--\r\n'),
    ]);
    const visit = await world.ask('POST', '/up.php', ['Content-Type: multipart/form-data; boundary=b'], body);
    expect(visit.text).toMatch(/^1048576 [0-9a-f]{32}$/);
  });

  it('shows its source to nobody by a query', async () => {
    expect((await world.ask('GET', '/page.php?-s')).text).not.toMatch('session_start');
  });
});

// Skipped where git is not installed.
(git === '' ? describe.skip : describe)('git http-backend', () => {
  const run = promisify(execFile);
  let gateway: Gateway;
  let url: string;

  beforeEach(async () => {
    const folder = join(world.folder, 'repositories');
    mkdirSync(folder);
    execFileSync(git, ['init', '-q', '--bare', '-b', 'main', join(folder, 'it.git')]);
    execFileSync(git, ['-C', join(folder, 'it.git'), 'config', 'http.receivepack', 'true']);
    world.sh('git', `export GIT_PROJECT_ROOT=${folder} GIT_HTTP_EXPORT_ALL=1`, `exec ${backend}`);
    world.location('/', ['git'], { timeoutMs: 50_000 });
    gateway = new Gateway(world);
    url = `${await gateway.open()}/git/it.git`;
  });

  afterEach(() => gateway.close());

  async function at(place: string, ...args: string[]): Promise<string> {
    const env = {
      ...process.env,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
    };
    const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.org'];
    return (await run(git, ['-C', place, ...who, ...args], { env })).stdout.trim();
  }

  it('serves a clone, a push, one in chunks, and a fetch', async () => {
    const one = join(world.folder, 'one');
    const two = join(world.folder, 'two');
    await at(world.folder, 'clone', '-q', url, one);
    writeFileSync(join(one, 'small'), 'small');
    await at(one, 'add', '.');
    await at(one, 'commit', '-q', '-m', 'small');
    await at(one, 'push', '-q', 'origin', 'HEAD:main');
    await at(world.folder, 'clone', '-q', url, two);
    expect(readFileSync(join(two, 'small'), 'utf8')).toBe('small');
    // More than http.postBuffer leaves in chunks.
    const large = randomBytes(3 << 20);
    writeFileSync(join(one, 'large'), large);
    await at(one, 'add', '.');
    await at(one, 'commit', '-q', '-m', 'large');
    await at(one, '-c', 'http.postBuffer=65536', 'push', '-q', 'origin', 'HEAD:main');
    await at(two, 'pull', '-q', 'origin', 'main');
    expect(readFileSync(join(two, 'large')).equals(large)).toBe(true);
    expect(await at(two, 'rev-parse', 'HEAD')).toBe(await at(one, 'rev-parse', 'HEAD'));
  }, 60_000);

  it('says 404 for a repository that is not there', async () => {
    expect((await fetch(url.replace('it.git', 'other.git/info/refs?service=git-upload-pack'))).status).toBe(
      404,
    );
  });
});
