import { maxCachedWorkflows } from '../../src/temporal/workflow-cache';

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const machine = 32 * GIB;

test.each([
  [256 * MIB, 100],
  [512 * MIB, 736],
  [GIB, 2_272],
  [2 * GIB, 5_344],
  [16 * GIB, 10_000],
])('a container with %i bytes keeps %i', (container, kept) => {
  expect(maxCachedWorkflows({ container, machine })).toBe(kept);
});

// Node's value for "no limit" depends on the system and on its version.
test.each([0, undefined, 2 ** 64, machine])(
  'a limit of %p is none: then a quarter of the machine counts',
  (container) => {
    expect(maxCachedWorkflows({ container, machine: 4 * GIB })).toBe(3_296);
  },
);
