const { default: Sequencer } = require('@jest/test-sequencer');

/** The folders and files whose tests start processes or browsers, or make many requests. */
const SLOW = /\/test\/(e2e|chaos|fuzz|bench|replay|api\/try-it|sandbox\/phone-page|activities)/;

/**
 * Without times from an earlier run, Jest begins with the largest files. Here the slow ones come first, so that at the end
 * no worker waits for another one.
 */
module.exports = class SlowestFirst extends Sequencer {
  sort(tests) {
    const bySize = super.sort(tests);
    return [
      ...bySize.filter(({ path }) => SLOW.test(path)),
      ...bySize.filter(({ path }) => !SLOW.test(path)),
    ];
  }
};
