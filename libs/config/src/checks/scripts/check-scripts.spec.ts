import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryDisk } from '../../disk/memory-disk.ts';
import { nodeDisk } from '../../disk/node-disk.ts';
import { loadText } from '../../load.ts';

/** `code: message` of everything that is said about a config. */
function said(text: string, disk = nodeDisk, name = '/etc/site.conf'): string[] {
  const result = loadText(text, name, disk);
  const diagnostics = result.ok ? result.warnings : result.diagnostics;
  return diagnostics.map(({ code, message, position }) => `${position.line} ${code}: ${message}`);
}

describe('scripts as root', () => {
  const files = {
    '/srv/index.html': '',
    '/srv/run': { text: '#!/bin/sh\n', mode: 'rx' },
    '/bin/sh': { mode: 'rx' },
  };
  const scripts = 'server {\n location / { root /srv; }\n location /run { root /srv; cgi *; }\n}';
  const application = 'location / { root /srv; fastcgi unix:/run/app.sock .php; }';
  const actions = 'server {\n\n action .run /srv/run; location / { root /srv; } }';
  const plain = 'server { location / { root /srv; } }';

  it.each([
    [true, scripts, true],
    [true, `user nobody;${scripts}`, false],
    [true, `user root;${scripts}`, false],
    [true, plain, false],
    [true, actions, true],
    [true, `server { ${application} }`, false],
    [true, scripts.replace('location / { root /srv; }', application), true],
    [false, scripts, false],
  ])('root %j, %j: %j', (superuser, text, expected) => {
    const codes = said(text, memoryDisk(files, { superuser }));
    expect(codes.includes('3 scripts-as-root: scripts run as root: there is no "user"')).toBe(expected);
  });
});

describe('on a real disk', () => {
  let folder: string;

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'webserv-config-')));
    for (const name of ['cgi-bin', 'share', 'www', 'www/up']) mkdirSync(join(folder, name));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  function program(path: string, text: string | Buffer): void {
    writeFileSync(join(folder, path), text);
    chmodSync(join(folder, path), 0o755);
  }

  function about(text: string): string[] {
    return said(text, { ...nodeDisk, superuser: false }, join(folder, 'site.conf'));
  }

  it('a script that is linked from elsewhere, as Debian installs gitweb, can never run', () => {
    program('share/gitweb.cgi', '#!/bin/sh\n');
    symlinkSync('../share/gitweb.cgi', join(folder, 'cgi-bin/gitweb.cgi'));
    const why = `"gitweb.cgi" can never run: it lies behind a symbolic link that leads out of the root, to "${folder}/share/gitweb.cgi"`;
    for (const rule of ['cgi gitweb.cgi;', 'cgi .cgi;', 'cgi .cgi /bin/sh;', 'cgi *;']) {
      const location = (more: string): string => `server {\nlocation / { root cgi-bin; ${rule} ${more} } }`;
      expect(about(location(''))).toEqual([`2 never-runs: ${why}`]);
      expect(about(location('symlinks on;'))).toEqual([]);
    }
  });

  it('a script that a nearer location takes away is sent there', () => {
    program('www/up/a.PHP', '<?php');
    const config = (nearer: string): string =>
      `server { location / { root www; cgi .php /bin/sh; }\nlocation /up { root www/up; ${nearer} } }`;
    expect(about(config(''))).toEqual([
      expect.stringMatching(
        /^2 source-sent: this location sends "a\.PHP", which location "\/" at .*:1 would run$/,
      ),
    ]);
    expect(about(config('cgi .php /bin/sh;'))).toEqual([]);
    expect(about(config('upload_path www/up; method GET POST;'))).toEqual([]);
    rmSync(join(folder, 'www/up/a.PHP'));
    writeFileSync(join(folder, 'www/up/a.txt'), '');
    expect(about(config(''))).toEqual([]);
  });

  it('a link to a script is no program that is sent, nor is one that leads out of the root', () => {
    program('www/run', '#!/bin/sh\n');
    program('share/other', '#!/bin/sh\n');
    symlinkSync('run', join(folder, 'www/also'));
    symlinkSync('../share', join(folder, 'www/linked'));
    const config = (more: string): string => `server { location / { root www; cgi ${more} } }`;
    expect(about(config('run;'))).toEqual([]);
    expect(about(config('also;'))).toEqual([]);
    expect(about(config('run; symlinks on;'))).toEqual([
      '1 unlisted-program: "linked/other" below this root is a program that no "cgi" runs: it is sent as it is',
    ]);
  });

  it('a program, and a script with an interpreter that is there, can', () => {
    program('www/binary', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]));
    program('www/other', Buffer.from('PK\x03\x04'));
    program('www/script', '#! /bin/sh -e\necho\n');
    program('www/by-name', '#!/usr/bin/env sh\n');
    program('www/with-options', '#!/usr/bin/env -S sh -e\n');
    expect(about('server { location / { root www; cgi *; } }')).toEqual([]);
    program('www/empty', '');
    expect(about('server { location / { root www; cgi *; } }')).toEqual([
      '1 never-runs: "empty" can never run: it does not begin with "#!"',
    ]);
  });

  it('an upload folder is found behind links, and left alone behind a nearer location', () => {
    symlinkSync('www', join(folder, 'linked'));
    const config = (where: string): string =>
      `server {\nlocation / { root www; cgi .sh /bin/sh; }\nlocation ${where} { root linked/up; upload_path linked/up; method GET POST; } }`;
    expect(about(config('/up'))).toEqual([]);
    expect(about(config('/post'))).toEqual([
      expect.stringContaining('2 upload-runs: this runs what clients upload: .sh files in'),
      expect.stringContaining('3 source-sent: this location sends what location "/"'),
    ]);
  });

  it('a tree of links that has no end is looked at for a while', () => {
    for (const name of ['a', 'b', 'c']) symlinkSync('..', join(folder, 'www/up', name));
    for (let count = 0; count < 600; count++) writeFileSync(join(folder, `www/${count}.txt`), '');
    program('www/run', '#!/bin/sh\n');
    program('www/1.sh', '#!/bin/sh\n');
    expect(about('server { location / { root www; cgi run; } }')).toEqual([
      '1 unlisted-program: "1.sh" below this root is a program that no "cgi" runs: it is sent as it is',
    ]);
  });
});
