// What publint and attw find in tarballs, as JSON: `node judge.mjs '[{ "file": "a.tgz", "esm": true, "internal": [] }]'`. Both are ES
// modules, which jest does not load, and one process reads the compiler that attw brings once for all tarballs.
import { readFileSync } from 'node:fs';
import { getExitCode } from '@arethetypeswrong/cli/internal/getExitCode';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

async function byPublint(data) {
  const { messages, pkg } = await publint({ pack: { tarball: data.buffer }, strict: true });
  return messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code);
}

/** What the profile `esm-only` of the command leaves out: ways to resolve a package that know no ES module or no `exports`. */
const ESM_ONLY = { ignoreResolutions: ['node10', 'node16-cjs'] };

/** The command passes a package without types over; here that is a finding. */
async function byAttw(data, esm, internal) {
  const analysis = await checkPackage(createPackageFromTarballData(data), { excludeEntrypoints: internal });
  if (!analysis.types) return ['no types'];
  return getExitCode(analysis, esm ? ESM_ONLY : {}) === 0 ? [] : analysis.problems;
}

const verdicts = [];
for (const { file, esm, internal } of JSON.parse(process.argv[2])) {
  const data = new Uint8Array(readFileSync(file));
  verdicts.push({ publint: await byPublint(data), attw: await byAttw(data, esm, internal) });
}
process.stdout.write(JSON.stringify(verdicts));
