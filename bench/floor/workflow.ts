import { condition, proxyActivities, setHandler } from '@temporalio/workflow';
import type { Activities } from './activities';
import { endUpdate } from './messages';

const { announce } = proxyActivities<Activities>({
  startToCloseTimeout: '10s',
  retry: { maximumAttempts: 1 },
});

/** What a verification must ask of Temporal: an activity, a timer that is not waited out, an Update that is answered. */
export async function floor(): Promise<void> {
  let ended = false;
  setHandler(endUpdate, () => {
    ended = true;
  });
  await announce();
  await condition(() => ended, '90s');
}
