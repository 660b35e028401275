import { find } from '../src/find';
import { runOperatorCommand } from '../src/operator-command';
import { configureOperator } from './operator-configuration';

/** `npm run find -- +1…|id`, from source. */
runOperatorCommand('search', async () => find(process.argv.slice(2), configureOperator(process.env)));
