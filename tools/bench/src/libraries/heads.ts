import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { DEFAULT_LIMITS, FeedStatus, FieldId, RequestParser } from '@webserv/request';
import { peerModules } from '../peers/packages.ts';
import type { Contest, Contestant } from './contest.ts';
import { sink } from './sink.ts';

const ZERO = 0x30;
const NINE = 0x39;

/** A head, and the digits in it that differ in each changing head. */
interface Sample {
  readonly kind: string;
  readonly text: string;
  /** Two stretches of digits: one in the path, one in a field's value. */
  readonly changing: readonly [path: string, value: string];
}

const BROWSER = [
  'GET /images/photo%20album/2026/index.html?page=2&sort=date HTTP/1.1',
  'Host: www.example.org',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0',
  'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
  'Accept-Language: en-GB,en;q=0.7,de;q=0.3',
  'Accept-Encoding: gzip, deflate, br, zstd',
  'Referer: https://www.example.org/images/',
  'Connection: keep-alive',
  'Cookie: session=3109402170604361; theme=dark; seen=1,2,3,5,8,13',
  'Upgrade-Insecure-Requests: 1',
  'Sec-Fetch-Dest: document',
  'Sec-Fetch-Mode: navigate',
  'Sec-Fetch-Site: same-origin',
  'Priority: u=0, i',
  '',
  '',
];

/** What a browser sends for a page, with the cookies of a session and without any, and what a load generator sends. */
const SAMPLES: readonly Sample[] = [
  { kind: 'browser', text: BROWSER.join('\r\n'), changing: ['2026', '3109402170604361'] },
  {
    kind: 'browser without cookies',
    text: BROWSER.filter((line) => !line.startsWith('Cookie')).join('\r\n'),
    changing: ['2026', '20100101'],
  },
  {
    kind: 'plain',
    text: 'GET /page-0000.html HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n',
    changing: ['0000', '8080'],
  },
];

/** What a connection sends next: the same head, or one with another path and another value of one field. */
const NEXT = ['repeated', 'changing'] as const;
export const CHANGING_HEADS = NEXT[1];

/** The part of Node's own parser, and of the package that stands in for it, that is used here. */
interface NodeParser {
  [event: number]: (...words: unknown[]) => unknown;
  initialize?(type: number, resource: object): void;
  execute(bytes: Buffer, start?: number, length?: number): unknown;
}
interface NodeParserClass {
  readonly REQUEST: number;
  readonly kOnHeadersComplete: number;
  readonly kOnExecute: number;
  new (type: number): NodeParser;
}

/** Two parsers that understand the head, and the fields that every server asks for. */
export function headContests(): Contest[] {
  const load = createRequire(join(peerModules(), 'x.js'));
  const others = [{ name: 'llhttp in node', parser: load('_http_common').HTTPParser as NodeParserClass }];
  if (existsSync(join(peerModules(), 'http-parser-js'))) {
    others.push({ name: 'http-parser-js', parser: load('http-parser-js').HTTPParser as NodeParserClass });
  }
  return SAMPLES.flatMap((sample) =>
    NEXT.map((next) => {
      const bytes = Buffer.from(sample.text, 'latin1');
      const turn = next === CHANGING_HEADS ? turnOf(sample, bytes) : sameAgain;
      const contestants = [
        ours(bytes, turn),
        ...others.map(({ name, parser }) => theirs(name, parser, bytes, turn)),
      ];
      return { subject: `request head, ${sample.kind} (${bytes.length} bytes), ${next}`, contestants };
    }),
  );
}

function sameAgain(): void {}

/** Changes the head in `bytes` by counting its digits up. It costs each contestant the same. */
function turnOf({ text, changing }: Sample, bytes: Buffer): () => void {
  const ends = changing.map((digits) => text.indexOf(digits) + digits.length - 1);
  const [inPath, inValue] = ends as [number, number];
  return () => {
    count(bytes, inPath);
    count(bytes, inValue);
  };
}

/** Adds one to the decimal number whose last digit is at `end`. After the greatest comes zero. */
function count(bytes: Buffer, end: number): void {
  let pos = end;
  while (bytes[pos] === NINE) bytes[pos--] = ZERO;
  if ((bytes[pos] as number) >= ZERO && (bytes[pos] as number) < NINE)
    bytes[pos] = (bytes[pos] as number) + 1;
}

function ours(bytes: Buffer, turn: () => void): Contestant {
  const parser = new RequestParser(DEFAULT_LIMITS);
  return {
    name: 'webserv',
    run(times) {
      let seen = 0;
      for (let time = 0; time < times; time++) {
        turn();
        if (parser.feed(bytes, 0, bytes.length) !== FeedStatus.HEAD) throw new Error('no head');
        const { head } = parser;
        seen += head.method.length + head.target.length + head.host.length;
        seen += (head.headers.known(FieldId.USER_AGENT) ?? '').length;
        seen += head.keepAlive ? 1 : 0;
        parser.reset();
      }
      use(seen);
    },
  };
}

/** Node's parser passes a list of names and values, which this searches as node:http does. */
function theirs(name: string, Parser: NodeParserClass, bytes: Buffer, turn: () => void): Contestant {
  // http-parser-js calls back as Node 0.12 did, until a program reads this number.
  if (Parser.kOnExecute === Parser.kOnHeadersComplete) throw new Error(`${name}: no parser of this age`);
  const parser = new Parser(Parser.REQUEST);
  parser.initialize?.(Parser.REQUEST, {});
  let seen = 0;
  let heads = 0;
  parser[Parser.kOnHeadersComplete] = (_major, _minor, fields, method, url, _status, _reason, _up, keep) => {
    const list = fields as readonly string[];
    heads++;
    seen += (method as number) + (url as string).length + (keep === true ? 1 : 0);
    for (let index = 0; index < list.length; index += 2) {
      const lower = (list[index] as string).toLowerCase();
      if (lower === 'host' || lower === 'user-agent') seen += (list[index + 1] as string).length;
    }
    return 0;
  };
  return {
    name,
    run(times) {
      heads = 0;
      for (let time = 0; time < times; time++) {
        turn();
        parser.execute(bytes, 0, bytes.length);
      }
      if (heads !== times) throw new Error(`${name}: ${heads} heads instead of ${times}`);
      use(seen);
    },
  };
}

function use(value: number): void {
  sink.value = value;
}
