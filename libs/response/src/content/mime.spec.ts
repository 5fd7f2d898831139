import { contentType as libraryType, types as libraryTypes } from 'mime-types';
import { MimeTypes, withCharset } from './mime.ts';

describe('MimeTypes', () => {
  const types = new MimeTypes(
    new Map([
      ['foo', 'application/x-foo'],
      ['.Bar', 'text/x-bar'],
      ['txt', 'text/plain; charset=iso-8859-1'],
    ]),
  );

  it.each([
    ['index.html', 'text/html; charset=utf-8'],
    ['/www/site.css', 'text/css; charset=utf-8'],
    ['app.js', 'text/javascript; charset=utf-8'],
    ['app.mjs', 'text/javascript; charset=utf-8'],
    ['data.json', 'application/json; charset=utf-8'],
    ['site.webmanifest', 'application/manifest+json; charset=utf-8'],
    ['feed.xml', 'application/xml; charset=utf-8'],
    ['logo.svg', 'image/svg+xml; charset=utf-8'],
    ['photo.JPG', 'image/jpeg'],
    ['a.wasm', 'application/wasm'],
    ['archive.tar.gz', 'application/gzip'],
    ['/a.b/c.png', 'image/png'],
    ['x.foo', 'application/x-foo'],
    ['x.BAR', 'text/x-bar; charset=utf-8'],
    ['notes.txt', 'text/plain; charset=iso-8859-1'],
    ['Makefile', 'application/octet-stream'],
    ['/a.html/Makefile', 'application/octet-stream'],
    ['.html', 'application/octet-stream'],
    ['/www/.html', 'application/octet-stream'],
    ['name.', 'application/octet-stream'],
    ['name.unknown', 'application/octet-stream'],
    ['name.html htm', 'application/octet-stream'],
    ['name.html\nhtm', 'application/octet-stream'],
    ['video.m\u212av', 'application/octet-stream'],
    ['name.\u0130html', 'application/octet-stream'],
    ['', 'application/octet-stream'],
    ['/', 'application/octet-stream'],
  ])('%s is %s', (name, expected) => {
    expect(types.contentType(name)).toBe(expected);
  });

  it('falls back to what it is given', () => {
    expect(new MimeTypes(new Map(), 'text/plain').contentType('x')).toBe('text/plain; charset=utf-8');
  });

  it.each([
    ['a.svgz', 'gzip', 'image/svg+xml; charset=utf-8'],
    ['/maps/a.b/A.SVGZ', 'gzip', 'image/svg+xml; charset=utf-8'],
    ['a.svg', '', 'image/svg+xml; charset=utf-8'],
    ['a.svg.gz', '', 'application/gzip'],
    ['a.tar.gz', '', 'application/gzip'],
    ['svgz', '', 'application/octet-stream'],
    ['.svgz', '', 'application/octet-stream'],
    ['a.svgz/b', '', 'application/octet-stream'],
  ])('%s is coded with %j', (name, coding, type) => {
    const plain = new MimeTypes();
    for (let twice = 0; twice < 2; twice++) {
      expect([plain.contentCoding(name), plain.contentType(name)]).toEqual([coding, type]);
    }
  });

  it.each([
    ['image/svg+xml', 'gzip'],
    ['Image/SVG+XML; charset=utf-16', 'gzip'],
    ['application/gzip', ''],
  ])('svgz as %s is coded with %j', (type, coding) => {
    expect(new MimeTypes(new Map([['svgz', type]])).contentCoding('a.svgz')).toBe(coding);
  });

  it.each([
    ['koi8-r', 'a.html', 'text/html; charset=koi8-r'],
    ['koi8-r', 'a.xml', 'application/xml; charset=koi8-r'],
    ['koi8-r', 'a.json', 'application/json'],
    ['koi8-r', 'a.webmanifest', 'application/manifest+json'],
    ['UTF-8', 'a.json', 'application/json; charset=UTF-8'],
    ['koi8-r', 'a.png', 'image/png'],
    ['koi8-r', 'a.own', 'text/plain; Charset="x"'],
    ['koi8-r', 'a.flow', 'text/plain; format=flowed; charset=koi8-r'],
    ['koi8-r', 'a.none', 'text/html; charset=koi8-r'],
    [null, 'a.html', 'text/html'],
    [null, 'a.json', 'application/json'],
    [null, 'a.own', 'text/plain; Charset="x"'],
    [null, 'a.none', 'text/html'],
  ])('with the charset %s, %s is %s', (charset, name, type) => {
    const own = new Map([
      ['own', 'text/plain; Charset="x"'],
      ['flow', 'text/plain; format=flowed'],
    ]);
    expect(new MimeTypes(own, 'text/html', charset).contentType(name)).toBe(type);
  });

  it('agrees with mime-types on every extension, and adds a charset to text alone', () => {
    const plain = new MimeTypes();
    for (const [extension, type] of Object.entries(libraryTypes)) {
      const ours = plain.contentType(`file.${extension}`);
      expect(plain.contentType(`/a.b/FILE.${extension.toUpperCase()}`)).toBe(ours);
      expect(ours).toBe(withCharset(type));
      const theirs = libraryType(extension) || '';
      expect(theirs.split(';')[0]).toBe(type);
      if (ours !== type) expect(ours).toBe(`${type}; charset=utf-8`);
    }
    expect(Object.keys(libraryTypes).length).toBeGreaterThan(1000);
  });
});
