/** Reads a variable that the global set-up of the tests has set. @throws Error if it is missing */
export function requiredEnv(name: string): string {
  const value = process.env[name];
  if (value === undefined)
    throw new Error(`${name} is not set: run the tests with Jest, whose global set-up sets it`);
  return value;
}
