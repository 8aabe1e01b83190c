/** `couplet -D` */
import type { ServerSettings } from '../server-settings.ts';
import { startInBackground } from './background.ts';

/** Spellings of the option, which the server in the background is not given. */
const OPTION: readonly string[] = ['-D', '--daemonize'];

/** Exit code where the server did not start. */
const EXIT_FAILED = 1;

/** Start the server with the same arguments in the background; returns the exit code of this process. */
export async function goToBackground(args: readonly string[], settings: ServerSettings): Promise<number> {
  const [, program = ''] = process.argv;
  const start = await startInBackground(
    program,
    args.filter((it) => !OPTION.includes(it)),
    settings,
  );
  if (start.outcome === 'ready') return 0;
  if (start.outcome === 'late') process.stderr.write(`couplet: process ${start.pid} takes no connections yet\n`);
  else process.stderr.write(start.said || `couplet: the server ended: ${start.log} says why\n`);
  return EXIT_FAILED;
}
