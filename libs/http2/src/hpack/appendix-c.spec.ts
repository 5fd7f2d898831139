import { hex } from '../testing/bytes.ts';
import { HpackDecoder } from './hpack-decoder.ts';
import { IntegerReader, writeInteger } from './integer.ts';

/** The examples of RFC 7541, appendix C. */
describe('integers (C.1)', () => {
  it.each([
    ['C.1.1', 10, 5, '0a'],
    ['C.1.2', 1337, 5, '1f9a0a'],
    ['C.1.3', 42, 8, '2a'],
  ])('%s', (_name, value, prefix, digits) => {
    const bytes = hex(digits);
    const reader = new IntegerReader();
    expect(reader.read(bytes, 0, bytes.length, prefix)).toBe(value);
    expect(reader.next).toBe(bytes.length);
    const into = new Uint8Array(bytes.length);
    expect(writeInteger(into, 0, 0, prefix, value)).toBe(bytes.length);
    expect(into).toEqual(bytes);
  });
});

type Block = readonly [name: string, digits: string, lines: readonly string[], tableSize: number];

const FIRST = [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com'];
const SECOND = [...FIRST, 'cache-control: no-cache'];
const THIRD = [
  ':method: GET',
  ':scheme: https',
  ':path: /index.html',
  ':authority: www.example.com',
  'custom-key: custom-value',
];
const DATE = 'date: Mon, 21 Oct 2013 20:13:2';
const LOCATION = 'location: https://www.example.com';
const COOKIE = 'set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1';
const FOUND = [':status: 302', 'cache-control: private', `${DATE}1 GMT`, LOCATION];
const TEMPORARY = [':status: 307', ...FOUND.slice(1)];
const OK = [
  ':status: 200',
  'cache-control: private',
  `${DATE}2 GMT`,
  LOCATION,
  'content-encoding: gzip',
  COOKIE,
];

const CASES: readonly (readonly [name: string, size: number, blocks: readonly Block[]])[] = [
  [
    'C.2.1',
    4096,
    [
      [
        'C.2.1',
        '400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572',
        ['custom-key: custom-header'],
        55,
      ],
    ],
  ],
  ['C.2.2', 4096, [['C.2.2', '040c 2f73 616d 706c 652f 7061 7468', [':path: /sample/path'], 0]]],
  [
    'C.2.3',
    4096,
    [['C.2.3', '1008 7061 7373 776f 7264 0673 6563 7265 74', ['password: secret (never indexed)'], 0]],
  ],
  ['C.2.4', 4096, [['C.2.4', '82', [':method: GET'], 0]]],
  [
    'requests without Huffman coding (C.3)',
    4096,
    [
      ['C.3.1', '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d', FIRST, 57],
      ['C.3.2', '8286 84be 5808 6e6f 2d63 6163 6865', SECOND, 110],
      ['C.3.3', '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65', THIRD, 164],
    ],
  ],
  [
    'requests with Huffman coding (C.4)',
    4096,
    [
      ['C.4.1', '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff', FIRST, 57],
      ['C.4.2', '8286 84be 5886 a8eb 1064 9cbf', SECOND, 110],
      ['C.4.3', '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf', THIRD, 164],
    ],
  ],
  [
    'responses without Huffman coding (C.5)',
    256,
    [
      [
        'C.5.1',
        `4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32
         3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d`,
        FOUND,
        222,
      ],
      ['C.5.2', '4803 3330 37c1 c0bf', TEMPORARY, 222],
      [
        'C.5.3',
        `88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970
         7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61
         6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31`,
        OK,
        215,
      ],
    ],
  ],
  [
    'responses with Huffman coding (C.6)',
    256,
    [
      [
        'C.6.1',
        `4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad
         1718 63c7 8f0b 97c8 e9ae 82ae 43d3`,
        FOUND,
        222,
      ],
      ['C.6.2', '4883 640e ffc1 c0bf', TEMPORARY, 222],
      [
        'C.6.3',
        `88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2
         e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07`,
        OK,
        215,
      ],
    ],
  ],
];

describe('field blocks (C.2 to C.6)', () => {
  it.each(CASES)('%s', (_name, size, blocks) => {
    const decoder = new HpackDecoder(16_384);
    decoder.table.resize(size);
    for (const [name, digits, lines, tableSize] of blocks) {
      const bytes = hex(digits);
      expect([name, decoder.decode(bytes, 0, bytes.length)]).toEqual([name, true]);
      const fields = decoder.fields.slice(0, decoder.count);
      const read = fields.map(
        (field) => `${field.line.join(': ')}${field.neverIndexed ? ' (never indexed)' : ''}`,
      );
      expect([name, read, decoder.table.size]).toEqual([name, lines, tableSize]);
    }
  });
});
