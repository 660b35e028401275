import { condition, proxyActivities, setHandler } from '@temporalio/workflow';
import type { Activities } from './activities';
import { endUpdate } from './messages';

const { announce } = proxyActivities<Activities>({
  startToCloseTimeout: '10s',
  retry: { maximumAttempts: 1 },
});

/** The minimum of a verification in Temporal: an activity, a timer that is canceled, and an Update. */
export async function floor(): Promise<void> {
  let ended = false;
  setHandler(endUpdate, () => {
    ended = true;
  });
  await announce();
  await condition(() => ended, '90s');
}
