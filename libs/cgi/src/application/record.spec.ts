import { RecordType, recordOf } from './record.ts';

it('counts content alone in the length of a record', () => {
  expect(recordOf(RecordType.STDOUT, Buffer.from('abc')).toString('hex')).toBe('0106000100030000616263');
});
