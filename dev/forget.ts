import { forget } from '../src/forget';
import { runOperatorCommand } from '../src/operator-command';
import { configureOperator } from './operator-configuration';

/** `npm run forget -- +1…`, from source. */
runOperatorCommand('erasure', async () => forget(process.argv.slice(2), configureOperator(process.env)));
