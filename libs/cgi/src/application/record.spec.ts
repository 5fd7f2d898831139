import { beginningOf, RecordType, recordOf } from './record.ts';

/** Reads records back. */
function recordsIn(text: string): [type: number, content: Buffer][] {
  const bytes = Buffer.from(text, 'latin1');
  const records: [number, Buffer][] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt16BE(at + 4);
    records.push([bytes[at + 1] as number, bytes.subarray(at + 8, at + 8 + length)]);
    at += 8 + length + (bytes[at + 6] as number);
  }
  return records;
}

it('begins with a responder that keeps the connection, the environment, and the end of an empty body', () => {
  const records = recordsIn(
    beginningOf(['PATH=/bin', 'A=b=c', 'EMPTY=', Buffer.from('X=\xe4', 'latin1')], false),
  );
  expect(records.map(([type]) => type)).toEqual([
    RecordType.BEGIN_REQUEST,
    RecordType.PARAMS,
    RecordType.PARAMS,
    RecordType.STDIN,
  ]);
  expect([...(records[0]?.[1] ?? [])]).toEqual([0, 1, 1, 0, 0, 0, 0, 0]);
  expect(records[1]?.[1].toString('latin1')).toBe('\x01\x03Ab=c\x05\x00EMPTY\x01\x01X\xe4');
});

it('sends what is beyond ASCII as UTF-8, and the bytes of a name that are no text as they are', () => {
  const [, params] = recordsIn(beginningOf(['SCRIPT_FILENAME=/\xe4\udce4'], true));
  expect(params?.[1].toString('latin1')).toBe('\x0f\x04SCRIPT_FILENAME/\xc3\xa4\xe4');
});

it('leaves a body to come', () => {
  const records = recordsIn(beginningOf([], true));
  expect(records.map(([type]) => type)).toEqual([RecordType.BEGIN_REQUEST, RecordType.PARAMS]);
});

it('writes a length beyond 127 in four bytes, and an environment beyond a record in several', () => {
  const value = 'v'.repeat(70_000);
  const records = recordsIn(beginningOf([`NAME=${value}`], true));
  const params = Buffer.concat(
    records.filter(([type]) => type === RecordType.PARAMS).map(([, content]) => content),
  );
  expect(records.filter(([type]) => type === RecordType.PARAMS)).toHaveLength(3);
  expect(params.subarray(0, 5).toString('hex')).toBe('0480011170');
  expect(params.toString('latin1', 5)).toBe(`NAME${value}`);
});

it('counts content alone in the length of a record', () => {
  expect(recordOf(RecordType.STDOUT, Buffer.from('abc')).toString('hex')).toBe('0106000100030000616263');
});
