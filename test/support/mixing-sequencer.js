// oxlint-disable-next-line typescript/no-require-imports -- Jest loads this file as it is, without compiling it
const { default: Sequencer } = require('@jest/test-sequencer');

/** @typedef {import('@jest/test-result').Test} Test */

/** The folders and files whose tests start processes or browsers, or wait for time-outs. */
const SLOW =
  /\/test\/(e2e|chaos|fuzz|bench|replay|api\/try-it|api\/enumeration|sandbox\/phone-page|activities|gateway\/delivery-reports|workflows\/test-numbers|scripts\/openapi|finding-verifications)/;

/**
 * Mixes slow files, which mostly wait, evenly with others, which need the CPU, so that the cores are always busy. In
 * both groups the files that took longest in earlier runs come first: no long file is left for the end. Without recorded
 * times, Jest takes the largest files for the longest.
 */
module.exports = class MixingSequencer extends Sequencer {
  /**
   * @override
   * @param {Test[]} tests
   */
  async sort(tests) {
    // oxlint-disable-next-line unicorn/no-array-sort -- not the method of an array
    const longestFirst = await super.sort(tests);
    const isSlow = (/** @type {Test} */ { path }) => SLOW.test(path);
    const slow = longestFirst.filter(isSlow);
    const others = longestFirst.filter((test) => !isSlow(test));
    const mixed = [...placed(slow), ...placed(others)].toSorted((one, other) => one.place - other.place);
    return mixed.map(({ test }) => test);
  }
};

/**
 * The tests, with places from 0 to 1 at equal distances.
 * @param {Test[]} tests
 */
function placed(tests) {
  return tests.map((test, index) => ({ test, place: index / tests.length }));
}
