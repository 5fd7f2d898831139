import { getHeapCodeStatistics } from 'node:v8';
import { serve } from 'webserv';

/**
 * The server in a process of its own, told over the channel to its parent what to do. It is the same server as the
 * command starts; what is added is that it can be asked what it holds, its heap measured behind a collection.
 */
const running = serve(process.argv[2] as string);

process.on('message', (message) => {
  if (message === 'sample') {
    // Twice: what finalizers let go of in the first is collected in the second.
    globalThis.gc?.();
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    const { code_and_metadata_size: machine, bytecode_and_metadata_size: bytes } = getHeapCodeStatistics();
    process.send?.({ heapUsed, code: machine + bytes, external, ...running.holdings() });
  } else if (message === 'stop') {
    void running.close().then(() => process.disconnect());
  }
});
// Without a parent there is nobody to serve.
process.on('disconnect', () => process.exit(0));
process.send?.({ addresses: running.addresses, driver: running.driver });
