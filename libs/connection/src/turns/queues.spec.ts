import { Queues } from './queues.ts';

const item = (neighbourhood: string, name = neighbourhood) => ({ neighbourhood, name });
type Item = ReturnType<typeof item>;

/** Takes them until none is left, each with its work in milliseconds. */
function order(queues: Queues<Item>, ms: (next: Item) => number = () => 1): string {
  let names = '';
  for (let next = queues.take(); next !== null; next = queues.take()) {
    names += next.name;
    queues.worked(ms(next));
  }
  return names;
}

it('addresses take turns, and those of one address keep their order', () => {
  const queues = new Queues<Item>();
  for (const name of ['1', '2', '3']) queues.add(item('a', name));
  for (const name of ['4', '5']) queues.add(item('b', name));
  expect(order(queues)).toBe('14253');
  expect(queues.isEmpty).toBe(true);
});

it('an address whose work is long comes less often', () => {
  const queues = new Queues<Item>();
  for (let count = 0; count < 8; count++) queues.add(item('a', 'A'));
  for (let count = 0; count < 8; count++) queues.add(item('b', 'b'));
  expect(order(queues, ({ name }) => (name === 'A' ? 4 : 1))).toBe('AbbbbAbbbbAAAAAA');
});

it('one that comes anew is next, however many wait, and gains nothing by having stayed away', () => {
  const queues = new Queues<Item>();
  for (let address = 0; address < 100; address++)
    for (let count = 0; count < 3; count++) queues.add(item(`${address}`, '.'));
  for (let count = 0; count < 150; count++) {
    queues.take();
    queues.worked(1);
  }
  for (let count = 0; count < 3; count++) queues.add(item('new', 'N'));
  // Half of the addresses have had two turns, the others one: those come first, and then it with all.
  const rest = order(queues);
  expect(rest).toHaveLength(153);
  expect(rest.indexOf('N')).toBeLessThanOrEqual(50);
  expect(rest.lastIndexOf('N')).toBeGreaterThan(100);
});

it('one that leaves is not called', () => {
  const queues = new Queues<Item>();
  const [one, other] = [item('a', '1'), item('b', '2')];
  for (const each of [one, other, one]) queues.remove(each);
  queues.add(one);
  queues.add(other);
  queues.remove(one);
  expect(order(queues)).toBe('2');
});

it('one that has more to do waits again', () => {
  const queues = new Queues<Item>();
  const [long, short] = [item('a', 'L'), item('b', 's')];
  queues.add(long);
  queues.add(short);
  let shares = 3;
  const names = order(queues, ({ name }) => {
    if (name === 'L' && --shares > 0) queues.add(long);
    return 1;
  });
  expect(names).toBe('LsLL');
});

it('addresses that are gone are forgotten', () => {
  const queues = new Queues<Item>();
  for (let address = 0; address < 5000; address++) {
    queues.add(item(`${address}`));
    order(queues);
  }
  expect(queues.known).toBeLessThan(300);
});
