/* Runs a compiled entry point with the compile cache on. Old syntax only: see require-node.js. */
import './require-node.js';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

// In the package's own folder: a cache under the system's temporary folder could be prepared by another user. Where the
// folder is not writable, there is no cache and nothing is said. NODE_COMPILE_CACHE, if set, wins.
var cache = fileURLToPath(new URL('../.cache/compile', import.meta.url));

/**
 * Import `entry`, a path inside `dist`. What it exports is not used: importing it runs it.
 *
 * Exits with status 1 and one sentence where the package was not built.
 */
export function launch(entry) {
  var url = new URL('../dist/' + entry, import.meta.url);
  if (!existsSync(url)) {
    process.stderr.write(
      'Couplet is not built: run `npm run build` in ' + fileURLToPath(new URL('..', import.meta.url)) + '\n',
    );
    process.exit(1);
  }
  module.enableCompileCache(cache);
  return import(url.href).then(function () {
    module.flushCompileCache();
  });
}
