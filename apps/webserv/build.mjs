// Bundles the server: two entries (the command and the API) over shared chunks, libraries from their sources, koffi left
// outside because it brings a native module. One file to read at start is why the first byte comes early, and module
// scope stays `const`, which a request can feel: docs/adr/0004 has the figures.
import { chmod, rm, writeFile } from 'node:fs/promises';
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
  // Node reads CommonJS without its loader for modules, which is worth 15 ms of the start.
  format: 'cjs',
  sourcemap: true,
  // Comments and indentation are half of what V8 would have to scan at start; names stay for stack traces.
  minify: { compress: false, mangle: false, codegen: true },
});
await bundle.close();
await writeFile('dist/package.json', '{ "type": "commonjs" }\n');
await chmod('dist/main.js', 0o755);
