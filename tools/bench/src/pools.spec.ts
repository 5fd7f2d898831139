import { once } from 'node:events';
import { createConnection } from 'node:net';
import { socketOf } from './peer.ts';
import { openPools } from './pools.ts';

it('gives each peer a pool of its own, or says what is missing', async () => {
  const pools = await openPools(['webserv:epoll', 'nginx'], null);
  if ('missing' in pools) {
    expect(pools.missing).toBe('php-fpm is not installed');
    return;
  }
  for (const peer of ['webserv:epoll', 'nginx']) {
    const socket = createConnection(socketOf(pools.folder, peer));
    await once(socket, 'connect');
    socket.destroy();
  }
  await pools.close();
});
