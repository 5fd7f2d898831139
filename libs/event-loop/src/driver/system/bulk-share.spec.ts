import { BulkShare } from './transfer.ts';

const MIB = 1 << 20;
const KIB = 1 << 10;

/** One round in which each connection sends all that it may. @returns how much each sent */
function round(share: BulkShare, wanted: readonly number[]): number[] {
  share.begin();
  return wanted.map((bytes) => {
    const sent = share.turn(bytes);
    share.sent(sent);
    return sent;
  });
}

function all(count: number, bytes: number): number[] {
  return Array.from({ length: count }, () => bytes);
}

it('gives two MiB to each of a few, round after round', () => {
  const share = new BulkShare();
  for (let turn = 0; turn < 3; turn++) expect(round(share, all(3, 100 * MIB))).toEqual(all(3, 2 * MIB));
});

it('gives the first what they want, then little, and in the next round the same to each', () => {
  const share = new BulkShare();
  expect(round(share, all(16, MIB))).toEqual([...all(8, MIB), ...all(8, 32 * KIB)]);
  expect(round(share, all(16, MIB))).toEqual(all(16, 512 * KIB));
  expect(round(share, all(16, MIB))).toEqual(all(16, 512 * KIB));
});

it('sends at most 32 KiB for each, and what a round has, however many there are', () => {
  const share = new BulkShare();
  const sum = (sent: readonly number[]): number => sent.reduce((one, other) => one + other, 0);
  expect(sum(round(share, all(1_000, MIB)))).toBeLessThanOrEqual(8 * MIB + 1_000 * 32 * KIB);
  expect(round(share, all(1_000, MIB))).toEqual(all(1_000, 32 * KIB));
});

it('gives whole bytes, however they are divided', () => {
  const share = new BulkShare();
  round(share, all(30, MIB));
  expect(round(share, all(30, MIB))).toEqual(all(30, Math.floor((8 * MIB) / 30)));
});

it('does not count what is small', () => {
  const share = new BulkShare();
  expect(round(share, [...all(10_000, 32 * KIB), 100 * MIB])).toEqual([...all(10_000, 32 * KIB), 32 * KIB]);
  expect(round(share, [100 * MIB])).toEqual([2 * MIB]);
});

it('gives more again when there are fewer', () => {
  const share = new BulkShare();
  round(share, all(1_000, MIB));
  expect(round(share, all(2, 100 * MIB))).toEqual(all(2, 32 * KIB));
  expect(round(share, all(2, 100 * MIB))).toEqual(all(2, 2 * MIB));
});
