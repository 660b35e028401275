import { LARGEST_MAX_RESENDS } from '../domain/policy';

/** The smallest and the largest value of a verification's rules, for the environment and for TENANTS_FILE. */
export const bounds = {
  codeLength: [4, 10],
  windowSeconds: [5, 86_400],
  maxAttempts: [1, 10],
  resendIntervalSeconds: [0, 600],
  maxResends: [0, LARGEST_MAX_RESENDS],
} as const;
