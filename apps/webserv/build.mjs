// Bundles the server: two entries (the command and the API) over shared chunks, libraries from their sources, koffi left
// outside because it brings a native module. One file to read at start is why the first byte comes early, and module
// scope stays `const`, which a request can feel: docs/adr/0004 has the figures.
import { chmod, rm } from 'node:fs/promises';
import { rolldown } from 'rolldown';

await rm('dist', { recursive: true, force: true });
const bundle = await rolldown({
  input: { main: 'src/main.ts', index: 'src/index.ts' },
  platform: 'node',
  external: ['koffi'],
  resolve: { conditionNames: ['@webserv/source', 'node', 'import', 'default'] },
});
await bundle.write({
  dir: 'dist',
  format: 'esm',
  sourcemap: true,
  // Comments and indentation are half of what V8 would have to scan at start; names stay for stack traces.
  minify: { compress: false, mangle: false, codegen: true },
});
await bundle.close();
await chmod('dist/main.js', 0o755);
