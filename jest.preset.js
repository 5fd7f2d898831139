// One jest configuration for every library: TypeScript is stripped by swc, sibling libraries are read from
// their sources (the "@webserv/source" export condition), and a test that hangs fails in a minute: one that is merely slow, on a
// machine that has other work, does not.
// esbuild's synchronous calls would leave a service process behind, which tests that count children would see and
// which would keep jest from ending.
process.env.ESBUILD_WORKER_THREADS = '0';

export default {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@webserv/source', 'node', 'require', 'default'] },
  testMatch: ['<rootDir>/src/**/*.spec.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  testTimeout: 60_000,
};
