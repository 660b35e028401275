/** A variable that the global set-up of the tests sets. @throws Error that says so if it is missing */
export function requiredEnv(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: the tests run by "npm test", which sets it`);
  return value;
}
