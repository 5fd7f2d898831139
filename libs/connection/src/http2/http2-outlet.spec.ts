import { outletContract } from '../outlet.contract.ts';
import { Http2World } from '../testing/http2-world.ts';

outletContract('HTTP/2', () => new Http2World());
outletContract('HTTP/2 on a rough wire', () => new Http2World({ seed: 7, split: 0.6, delay: 0.3 }));
