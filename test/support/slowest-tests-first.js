// oxlint-disable-next-line typescript/no-require-imports -- Jest loads this file as it is, without compiling it
const { default: Sequencer } = require('@jest/test-sequencer');

/** @typedef {import('@jest/test-result').Test} Test */

/** The folders and files whose tests start processes or browsers, or make many requests. */
const SLOW = /\/test\/(e2e|chaos|fuzz|bench|replay|api\/try-it|sandbox\/phone-page|activities)/;

/**
 * Slow files come first, so that at the end no worker waits for another one. Without recorded times, Jest would begin with
 * the largest files.
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
