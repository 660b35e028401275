import { forget } from '../src/forget';
import { runMain } from '../src/run-main';
import { configureOperator } from './operator-configuration';

/** `npm run forget -- +1…`, from source. */
runMain('erasure', async () => forget(process.argv.slice(2), configureOperator(process.env)));
