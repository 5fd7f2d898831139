// Bundles the server: libraries from their sources into one file, koffi left outside because it brings a native module.
// One file to read at start, and its bytecode beside it, are why the first byte comes early; and module scope stays
// `const`, which a request can feel: docs/adr/0004 has the figures.
//
//     dist/main.js      what an operator starts: runs command.js with its bytecode
//     dist/command.js   the command and all of the server
//     dist/index.js     the API
//     dist/hash.js      a thread that compares passwords
import { execFileSync } from 'node:child_process';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { rolldown } from 'rolldown';

await rm('dist', { recursive: true, force: true });
for (const [name, input] of [
  ['main', 'src/command/launch.ts'],
  ['command', 'src/command/main.ts'],
  ['index', 'src/index.ts'],
  ['hash', 'src/command/hash.ts'],
]) {
  const bundle = await rolldown({
    input,
    platform: 'node',
    external: ['koffi'],
    // As modules, so that what nobody calls of hash-wasm is left out.
    resolve: {
      conditionNames: ['@webserv/source', 'node', 'import', 'default'],
      mainFields: ['module', 'main'],
    },
  });
  await bundle.write({
    file: `dist/${name}.js`,
    // Node reads CommonJS without its loader for modules, which is worth 15 ms of the start.
    format: 'cjs',
    sourcemap: true,
    // Run by vm.Script, for its bytecode: `import()` is not available there. require() does the same.
    dynamicImportInCjs: false,
    // Comments and indentation are half of what V8 would have to scan at start; names stay for stack traces.
    minify: { compress: false, mangle: false, codegen: true },
  });
  await bundle.close();
}
await writeFile('dist/package.json', '{ "type": "commonjs" }\n');
await chmod('dist/main.js', 0o755);
execFileSync(process.execPath, ['bytecode.cjs'], { stdio: 'inherit' });
