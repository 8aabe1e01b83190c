/** What this software calls itself. */
import manifest from '../../package.json' with { type: 'json' };

/** Name shown to people. */
export const PRODUCT = 'Couplet';

/** Version of the package. */
export const VERSION: string = manifest.version;
