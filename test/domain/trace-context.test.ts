import { formatTraceparent, parseTraceparent } from '../../src/domain/trace-context';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN_ID = '00f067aa0ba902b7';

test.each([
  [`00-${TRACE_ID}-${SPAN_ID}-01`, true],
  [`00-${TRACE_ID}-${SPAN_ID}-00`, false],
  // A flag that is not known yet.
  [`00-${TRACE_ID}-${SPAN_ID}-03`, true],
  // A later version.
  [`cc-${TRACE_ID}-${SPAN_ID}-01-more`, true],
])('%s is a traceparent', (header, sampled) => {
  expect(parseTraceparent(header)).toEqual({ traceId: TRACE_ID, spanId: SPAN_ID, sampled });
});

test.each([
  undefined,
  '',
  [`00-${TRACE_ID}-${SPAN_ID}-01`],
  `00-${TRACE_ID}-${SPAN_ID}`,
  `00-${TRACE_ID.toUpperCase()}-${SPAN_ID}-01`,
  `00-${'0'.repeat(32)}-${SPAN_ID}-01`,
  `00-${TRACE_ID}-${'0'.repeat(16)}-01`,
  `00-${TRACE_ID}-${SPAN_ID}-01-more`,
  `ff-${TRACE_ID}-${SPAN_ID}-01`,
  ` 00-${TRACE_ID}-${SPAN_ID}-01`,
])('%p is no traceparent', (header) => {
  expect(parseTraceparent(header)).toBeUndefined();
});

test('a traceparent is written as it was read', () => {
  const header = `00-${TRACE_ID}-${SPAN_ID}-00`;
  const parsed = parseTraceparent(header);

  expect(parsed && formatTraceparent(parsed)).toBe(header);
});
