import type { Check } from '../../check.ts';

/** People read the helpers of tests as often as the code. So no folder that biome leaves out holds TypeScript. */
export const formatted: Check = {
  name: 'biome reads every TypeScript file',
  run({ texts }) {
    const settings = texts.find(({ path }) => path === 'biome.json');
    const left = [...(settings?.text.matchAll(/"!\*\*\/([\w.-]+)"/g) ?? [])].map(([, folder]) => folder!);
    return texts
      .filter(({ path }) => path.endsWith('.ts') && left.some((folder) => path.split('/').includes(folder)))
      .map(({ path }) => ({
        file: path,
        line: 1,
        message: 'biome.json leaves its folder out',
        fix: 'take the folder out of "files.includes" there, or move the file',
      }));
  },
};
