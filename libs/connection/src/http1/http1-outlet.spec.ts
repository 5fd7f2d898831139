import { outletContract } from '../outlet.contract.ts';
import { Http1World } from '../testing/outlet-worlds.ts';

outletContract('HTTP/1.1', () => new Http1World());
outletContract('HTTP/1.1 on a rough wire', () => new Http1World({ seed: 7, split: 0.6, delay: 0.3 }));
