import { startRedis } from '../support/redis';
import { RunningService } from '../support/running-service';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

test('an API that starts while Redis runs counts there from its first request on, and logs no warning', async () => {
  const redis = await startRedis();
  closers.push(() => redis.stop());
  const service = await RunningService.create({ REDIS_URL: redis.url });
  closers.push(() => service.stop());

  const { process } = await service.startApi();

  expect(process.output()).toContain('Server listening');
  expect(process.output()).not.toContain('Redis');
});
