import type { Memory } from '@webserv/event-loop';
import { Compressor } from './compressor.ts';
import type { Page } from './page.ts';

jest.mock('node:zlib', () => ({
  gzip: () => {
    throw new Error('Initialization failed');
  },
}));

describe('a coder that cannot begin', () => {
  it('leaves the page as it is, and others their turn', async () => {
    const compressor = new Compressor();
    const memory = { bytes: Buffer.alloc(100) } as Memory;
    const page = { memory, headSize: 10, size: 100 } as Page;
    for (let job = 0; job < 3; job++) {
      expect(compressor.idle).toBe(true);
      expect(await new Promise((resolve) => compressor.run(page, 'gzip', resolve))).toBeNull();
    }
  });
});
