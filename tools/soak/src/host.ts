import { getHeapCodeStatistics } from 'node:v8';
import { serve } from 'webserv';

/**
 * The server in a process of its own. The parent sends commands over the channel. It is the server that the command starts,
 * and it also reports what it holds, with the heap after a collection.
 */
const running = serve(process.argv[2] as string);

process.on('message', (message) => {
  if (message === 'sample') {
    // Twice: the second collects what finalizers release in the first.
    globalThis.gc?.();
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    const { code_and_metadata_size: machine, bytecode_and_metadata_size: bytes } = getHeapCodeStatistics();
    process.send?.({ heapUsed, code: machine + bytes, external, ...running.holdings() });
  } else if (message === 'stop') {
    void running.close().then(() => process.disconnect());
  }
});
// Without a parent nobody uses this server.
process.on('disconnect', () => process.exit(0));
process.send?.({ addresses: running.addresses, driver: running.driver });
