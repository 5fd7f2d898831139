// One jest configuration for every package. swc strips the types, and sibling libraries are read from their sources (the
// "@webserv/source" export condition). A test that hangs fails after a minute; one that is merely slow, on a machine that
// has other work, does not.
// Each package has two scripts, which are targets of Nx too. `test` runs all specs. `quick` leaves out `*.full.spec.ts`:
// for a library that nothing else slows it takes less than 5 s.
// esbuild's synchronous calls would leave a service process behind, which tests that count children would see and
// which would keep jest from ending.
process.env.ESBUILD_WORKER_THREADS = '0';
// Tests that become another account read files that root has made. Workers inherit this.
process.umask(0o022);

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
