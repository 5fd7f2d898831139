// Bundles the lab as apps/webserv bundles the server: module scope stays `const` (docs/adr/0004), so that a library costs
// in its bench what it costs in the server.
import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { rolldown } from 'rolldown';

const programs = ['main'];
for (const folder of ['servers', 'loads']) {
  for (const file of readdirSync(`src/${folder}`)) programs.push(`${folder}/${file.replace(/\.ts$/, '')}`);
}

// What was built before goes, the results that were measured stay.
for (const name of ['main.js', 'servers', 'loads'])
  await rm(`dist/${name}`, { recursive: true, force: true });
for (const name of programs) {
  const bundle = await rolldown({
    input: `src/${name}.ts`,
    platform: 'node',
    external: ['koffi'],
    resolve: { conditionNames: ['@webserv/source', 'node', 'import', 'default'] },
  });
  await bundle.write({ file: `dist/${name}.js`, format: 'esm' });
  await bundle.close();
}
