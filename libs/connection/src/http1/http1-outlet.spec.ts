import { outletContract } from '../outlet.contract.ts';
import { Http1World } from '../testing/outlet-worlds.ts';

outletContract('HTTP/1.1', () => new Http1World());
outletContract('HTTP/1.1 on a rough wire', () => new Http1World({ seed: 7, split: 0.6, delay: 0.3 }));

it('says a part of a page of the usual request itself', () => {
  const world = new Http1World();
  world.outlet.owner = { moved: () => {}, broken: () => {} };
  const page = world.page(Buffer.from('a page'), '');
  world.begin({ method: 'HEAD' });
  expect(world.outlet.part(page, { first: 2, last: 5 })).toBe(false);
  world.begin({ method: 'GET' });
  expect(world.outlet.part(page, { first: 2, last: 5 })).toBe(true);
  world.settle();
  expect(String(world.arrived()?.body)).toBe('page');
  world.dispose();
});
