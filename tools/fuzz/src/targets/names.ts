import { cleanName, parseDisposition, prefersJson } from '@webserv/methods';
import { trimBlanks } from '../reference/blanks.ts';
import { claim, isWhole, same, type Target } from '../target.ts';

/** Content-Disposition, and the names of files that are made from it. */
export const names: Target = {
  name: 'names',
  seeds: [
    'form-data; name="a"; filename="b.txt"',
    "attachment; filename=x; filename*=UTF-8'en'%e2%82%ac%20rates",
    'form-data; name="a"; filename="..\\\\..\\\\x\\".%22%0d%0a"',
    'attachment; filename="../../etc/passwd"',
    'inline; ; filename=".htaccess "',
    'attachment; filename="\xe2\x80\xaegpj.exe"',
  ],
  words: [
    'form-data',
    'attachment',
    '; ',
    ';',
    'filename=',
    'filename*=',
    'name=',
    '"',
    '\\',
    '\\"',
    "utf-8''",
    "ISO-8859-1'x'",
    '%22',
    '%0d%0a',
    '%2f',
    '%00',
    '%80',
    '..',
    '../',
    '\\\\',
    '.',
    ' ',
    '\t',
    '\xe2\x80\xae',
    '\xe2\x80\xa8',
    '\xef\xbb\xbf',
    '\xed\xa0\x80',
    '\xff',
    'CON',
    '.txt',
    'a'.repeat(300),
    '\xe2\x82\xac'.repeat(90),
  ],
  run(input) {
    const value = input.toString('latin1');
    const read = parseDisposition(value);
    for (const name of [value, input.toString(), read?.filename ?? '', read?.name ?? '']) judge(name);
    if (read === null) return;
    claim(
      /^[!#$%&'*+\-.^_`|~0-9a-z]+(?:\/[!#$%&'*+\-.^_`|~0-9a-z]+)?$/.test(read.type),
      'a type that is no token',
    );
    // Blanks and case around what was read change nothing.
    same(parseDisposition(` ${value} ; `), read, 'blanks change the meaning');
  },
};

function judge(sent: string): void {
  const name = cleanName(sent);
  claim(Buffer.byteLength(name) <= 255, 'a name that no folder takes');
  claim(!/[/\\]/.test(name), 'a name with a separator');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern looks for control characters
  claim(!/[\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/.test(name), 'a name with a control character');
  claim(!/^[.\s]/u.test(name), 'a name with a dot or a blank in front');
  claim(isWhole(name), 'a name with half a surrogate pair');
  same(cleanName(name), name, 'a clean name that is not clean');
}

const MEMBER =
  /^([!#$%&'*+\-.^_`|~\w]+)\/([!#$%&'*+\-.^_`|~\w]+)[ \t]*(?:;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/i;

/** Accept, for listings and receipts that may be JSON. */
export const accept: Target = {
  name: 'accept',
  seeds: [
    'application/json',
    'text/html, application/json;q=0.9',
    '*/*',
    'text/*;q=0.3, application/*;q=0.7',
    'application/json;q=0',
  ],
  words: [
    'text/html',
    'application/json',
    'text/*',
    'application/*',
    '*/*',
    ';q=',
    ';Q=',
    '; q=',
    '0',
    '1',
    '0.',
    '0.5',
    '0.999',
    '1.000',
    '1.001',
    ',',
    ', ',
    ';',
    ' ',
    '\t',
    '=',
    '"',
    'image/png',
    'json',
    'level=1',
  ],
  run(input) {
    const value = input.toString('latin1');
    const got = prefersJson(value);
    const members = value.split(',').map((each) => MEMBER.exec(trimBlanks(each)));
    // The reference reads well-formed lists without parameters. For any other list several answers are right.
    if (members.some((each) => each === null)) return;
    const quality = (type: string, subtype: string): number => {
      for (const wanted of [`${type}/${subtype}`, `${type}/*`, '*/*']) {
        const found = members.find((each) => `${each?.[1]}/${each?.[2]}`.toLowerCase() === wanted);
        if (found != null) return found[3] === undefined ? 1 : Number(found[3]);
      }
      return 0;
    };
    same(got, quality('application', 'json') > quality('text', 'html'), 'another preference');
  },
};
