import type { Examples } from '../problem/responses';
import type { InstanceStatus, ManagementUrls } from './resources';

/** For the OpenAPI document. */
export const EXAMPLE_ID = 'RgnqivxK7oa7iOvzIUIr8QGiB4MdaXPkmk-l9kn5YYGepTBHeiN9K5oNKF2JQBE9';

const INSTANCE = `https://verify.example.com/admin/extensions/DurableTaskExtension/instances/${EXAMPLE_ID}`;
const QUERY = 'taskHub=DurableFunctionsHub&connection=Storage&code=';

const urls: ManagementUrls = {
  id: EXAMPLE_ID,
  statusQueryGetUri: `${INSTANCE}?${QUERY}AABrBAciuJ_F`,
  sendEventPostUri: `${INSTANCE}/raiseEvent/{eventName}?${QUERY}AABrBAciJCYN`,
  terminatePostUri: `${INSTANCE}/terminate?reason={text}&${QUERY}AABrBAciXYZc`,
};

const running: InstanceStatus = {
  runtimeStatus: 'Running',
  input: '+14255550123',
  output: null,
  createdTime: '2026-11-23T10:00:00Z',
  lastUpdatedTime: '2026-11-23T10:00:01Z',
  name: 'E4_SmsPhoneVerification',
  instanceId: EXAMPLE_ID,
  customStatus: { status: 'pending', attemptsRemaining: 4, expiresAt: '2026-11-23T10:01:30.512Z' },
};

const verified: InstanceStatus = {
  ...running,
  runtimeStatus: 'Completed',
  output: true,
  lastUpdatedTime: '2026-11-23T10:00:21Z',
  customStatus: { ...running.customStatus, status: 'verified', attemptsRemaining: 3 },
};

const expired: InstanceStatus = {
  ...running,
  runtimeStatus: 'Completed',
  output: false,
  lastUpdatedTime: '2026-11-23T10:01:30Z',
  customStatus: { ...running.customStatus, status: 'expired' },
};

export const managementUrlsExamples = {
  started: { summary: 'The capabilities in the URLs are shortened here', value: urls },
} satisfies Examples<ManagementUrls>;

export const runningExamples = {
  running: { summary: 'The message was sent', value: running },
} satisfies Examples<InstanceStatus>;

export const endedExamples = {
  verified: { summary: 'The right code was entered', value: verified },
  expired: { summary: 'No right code was entered in time', value: expired },
} satisfies Examples<InstanceStatus>;
