import fc from 'fast-check';
import { Reply } from '../reply/reply.ts';
import { decodeHead } from './decode.ts';
import { type EncodeContext, Encoded, encodeHead } from './encode.ts';

const context: EncodeContext = {
  method: 'GET',
  version: 11,
  keepAlive: true,
  date: 'Sun, 06 Nov 1994 08:49:37 GMT',
  server: 'webserv',
};

const token = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,12}$/);
const value = fc.stringMatching(/^[\x21-\x7e\xa0-\xff]([\x20-\x7e\xa0-\xff]{0,20}[\x21-\x7e\xa0-\xff])?$/);

describe('decodeHead', () => {
  it('is the reply that the head was encoded from', () => {
    fc.assert(
      fc.property(fc.constantFrom(200, 206, 404), fc.array(fc.tuple(token, value)), (status, fields) => {
        const reply = new Reply(status, { kind: 'unsent', length: 7 });
        for (const [name, text] of fields) reply.headers.append(name, text);
        const head = Buffer.from(encodeHead(reply, context, new Encoded())!).toString('latin1');
        const again = decodeHead(head, reply.body);
        const owned = /^(date|server|connection|keep-alive|content-length|transfer-encoding)$/i;
        expect(again.status).toBe(status);
        expect(again.headers.entries()).toEqual(fields.filter(([name]) => !owned.test(name)));
        expect(encodeHead(again, context, new Encoded())).toEqual(encodeHead(reply, context, new Encoded()));
      }),
    );
  });
});
