import { createStartQueue } from '../../../src/gateway/start/start-queue';

test('many starts of one number do not delay other numbers', async () => {
  const runInTurn = createStartQueue();
  const order: string[] = [];
  let end = () => {};
  const held = new Promise<void>((resolve) => {
    end = resolve;
  });
  const busy = Array.from({ length: 150 }, () => runInTurn('busy', () => held));
  await runInTurn('other', async () => void order.push('other'));
  expect(order).toEqual(['other']);
  await expect(runInTurn('busy', async () => {})).rejects.toMatchObject({ code: 'temporal_unavailable' });
  end();
  await Promise.all(busy);
});

test('starts of one number run one by one', async () => {
  const runInTurn = createStartQueue();
  let running = 0;
  let most = 0;
  const start = async () => {
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
  };
  await Promise.all(Array.from({ length: 20 }, () => runInTurn('one', start)));
  expect(most).toBe(1);
});
