import { http1 } from '../http1/http1.ts';
import { answers, Clients, get } from '../testing/clients.ts';
import type { Guest, Protocol } from './guest.ts';

/** HTTP/1.1 whose first connection fails in the way that the test says. */
function faulty(fail: (welcome: () => Guest) => Guest): Protocol {
  let first = true;
  return (host) => {
    const welcome = http1(host);
    return (...arrival) => {
      if (!first) return welcome(...arrival);
      first = false;
      return fail(() => welcome(...arrival));
    };
  };
}

function thrown(): never {
  throw new Error('made by the test');
}

it('a fault in making a client costs that client, and the next one is served', () => {
  const protocols = [
    faulty(() => thrown()),
    faulty((welcome) => Object.assign(welcome(), { start: thrown })),
  ];
  for (const protocol of protocols) {
    const clients = new Clients({ protocol });
    const faults: unknown[] = [];
    clients.loop.onFault = (_udata, error) => faults.push(error);
    const unlucky = clients.call(get('/x'));
    expect([unlucky.text(), unlucky.ended || unlucky.wasReset, faults.length]).toEqual(['', true, 1]);
    expect(answers(clients.call(get('/x')))).toEqual(['200']);
    expect(clients.site.listener.connections).toBe(1);
    clients.dispose();
  }
});

describe('a listening socket', () => {
  it('leaves to the backlog those for whom there is no place, and takes them when there is', () => {
    const clients = new Clients({ server: { maxConnect: 1 } });
    const first = clients.call('GET /x HTTP/1.1\r\n');
    const second = clients.call(get('/x'));
    expect([second.text(), clients.site.listener.connections]).toEqual(['', 1]);
    clients.send(first, 'Host: a\r\n\r\n');
    // The first one is idle now, and makes room.
    expect([answers(first).length, first.ended, answers(second).length]).toEqual([1, true, 1]);
    clients.dispose();
  });

  it('that was cut before it stops has stopped', () => {
    const clients = new Clients();
    clients.site.listener.cutAll();
    clients.settle();
    let done = false;
    clients.site.listener.shutDown(() => {
      done = true;
    });
    expect(done).toBe(true);
    clients.dispose();
  });

  it('stops: those who have called are served, then nobody is left', () => {
    const clients = new Clients();
    const busy = clients.call('GET /x HTTP/1.1\r\n');
    let done = false;
    clients.site.listener.shutDown(() => {
      done = true;
    });
    clients.send(busy, 'Host: a\r\n\r\n');
    expect([answers(busy), busy.ended, done]).toEqual([['200 close'], true, false]);
    busy.end();
    clients.settle();
    expect(done).toBe(true);
    clients.dispose();
  });
});
