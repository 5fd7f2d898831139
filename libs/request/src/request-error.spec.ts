import { ErrorKind, RequestError } from './request-error.ts';

const errors = Object.entries(ErrorKind).map(
  ([constant, kind]) => [constant, new RequestError(kind, 7)] as const,
);

it.each(errors)('%s has its row', (constant, error) => {
  // The digit groups of CODING_IN_1_0 read as a version in the name.
  expect(error.code).toBe(constant.toLowerCase().replace('1_0', '1.0').replaceAll('_', '-'));
  expect(error.kind).toBe(ErrorKind[constant as keyof typeof ErrorKind]);
  expect([400, 413, 414, 417, 421, 431, 501, 505]).toContain(error.status);
  expect(error.detail.length).toBeGreaterThan(15);
  expect(error.at).toBe(7);
});

it('kinds are the numbers from 0 on', () => {
  expect(errors.map(([, error]) => error.kind)).toEqual(errors.map((_, i) => i));
});
