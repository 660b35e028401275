const { default: Sequencer } = require('@jest/test-sequencer');

/** @typedef {import('@jest/test-result').Test} Test */

/** The folders and files whose tests start processes or browsers, or make many requests. */
const SLOW = /\/test\/(e2e|chaos|fuzz|bench|replay|api\/try-it|sandbox\/phone-page|activities)/;

/**
 * Without times from an earlier run, Jest begins with the largest files. Here the slow ones come first, so that at the end
 * no worker waits for another one.
 */
module.exports = class SlowestFirst extends Sequencer {
  /**
   * @override
   * @param {Test[]} tests
   */
  async sort(tests) {
    // oxlint-disable-next-line unicorn/no-array-sort -- not the method of an array
    const bySize = await super.sort(tests);
    const isSlow = (/** @type {Test} */ { path }) => SLOW.test(path);
    return [...bySize.filter(isSlow), ...bySize.filter((test) => !isSlow(test))];
  }
};
