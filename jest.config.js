require('./scripts/check-node');
const { availableParallelism } = require('node:os');

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: {
    '^.+\\.[tj]s$': ['@swc/jest', { jsc: { target: 'es2023', parser: { syntax: 'typescript' } } }],
  },
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  testSequencer: '<rootDir>/test/support/mixing-sequencer.js',
  // Only ends a test that hangs: the slowest tests take about 50 s on two cores, and a slower machine must not fail them.
  testTimeout: 180_000,
  // A worker without open handles can still take longer than the default of 500 ms to exit on a busy machine.
  workerGracefulExitTimeout: 5_000,
  // Jest keeps parts of each file in memory. With a heap of over a gigabyte, collecting garbage takes much time.
  workerIdleMemoryLimit: '600MB',
  // Most tests wait for processes and clocks: more workers than cores.
  maxWorkers: availableParallelism() + 3,
};
