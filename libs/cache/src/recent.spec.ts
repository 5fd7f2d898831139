import fc from 'fast-check';
import { Recent } from './recent.ts';

it('is a Map of keys to the numbers of their last addition, the oldest first', () => {
  const step = fc.record({
    kind: fc.constantFrom('add', 'add', 'delete', 'shift'),
    key: fc.nat({ max: 30 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400, size: 'max' }), (steps) => {
      const recent = new Recent<number>();
      const model = new Map<number, number>();
      for (const { kind, key } of steps) {
        if (kind === 'add') {
          recent.add(key);
          model.delete(key);
          model.set(key, recent.last);
        } else if (kind === 'delete') expect(recent.delete(key)).toBe(model.delete(key));
        else {
          const [oldest] = model;
          expect(recent.shift()).toBe(oldest?.[1] ?? 0);
          if (oldest !== undefined) model.delete(oldest[0]);
        }
        if (recent.size !== model.size || recent.numberOf(key) !== (model.get(key) ?? 0))
          throw new Error(kind);
      }
    }),
  );
});

it('goes on through many keys, and from the beginning when it was cleared', () => {
  const recent = new Recent<string>();
  for (let index = 0; index < 1000; index++) recent.add(`key ${index}`);
  for (let index = 0; index < 999; index++) expect(recent.shift()).toBe(index + 1);
  expect([recent.size, recent.numberOf('key 999')]).toEqual([1, 1000]);
  recent.clear();
  expect([recent.size, recent.shift()]).toEqual([0, 0]);
  recent.add('again');
  expect(recent.shift()).toBe(1001);
});
