import { visibilityQuery } from '../../../src/gateway/search/visibility-query';
import { testDigests } from '../../support/service';

test('a search is limited to the tenants; its beginning is included, and its end is not', () => {
  const filter = {
    tenantIds: ['shop', 'club'],
    startedFrom: '2026-11-01T00:00:00.000Z',
    startedBefore: '2026-12-01T00:00:00.000Z',
  };

  const query = visibilityQuery(filter, testDigests);

  expect(query).toContain("IN ('shop', 'club')");
  expect(query).toContain("StartTime >= '2026-11-01T00:00:00.000Z'");
  expect(query).toContain("StartTime < '2026-12-01T00:00:00.000Z'");
});
