import { find } from '../src/find';
import { runMain } from '../src/run-main';
import { configureOperator } from './operator-configuration';

/** `npm run find -- +1…|id`, from source. */
runMain('search', async () => find(process.argv.slice(2), configureOperator(process.env)));
