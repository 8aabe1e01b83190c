/** The C library's own hoard: what was freed and is kept for later, most of it around TLS handshakes. */
import { getBuiltinModule } from 'node:process';

const LIBRARY = 'libc.so.6';
const FUNCTION = 'malloc_trim';

/**
 * The function of glibc that gives free memory back to the system; it takes up to some 20 ms. `undefined` where there is
 * none, or no way to it: that needs `node:ffi`, which is new in Node 26 and an experiment.
 */
export function mallocTrim(): (() => void) | undefined {
  const ffi = quietly(() => getBuiltinModule('node:ffi'));
  const dlopen: unknown = typeof ffi === 'object' && ffi !== null ? Reflect.get(ffi, 'dlopen') : undefined;
  if (process.platform !== 'linux' || typeof dlopen !== 'function') return undefined;
  try {
    const opened: unknown = Reflect.apply(dlopen, ffi, [
      LIBRARY,
      { [FUNCTION]: { arguments: ['u64'], return: 'i32' } },
    ]);
    const found: unknown = typeof opened === 'object' && opened !== null ? Reflect.get(opened, 'functions') : undefined;
    const trim: unknown = typeof found === 'object' && found !== null ? Reflect.get(found, FUNCTION) : undefined;
    return typeof trim === 'function' ? () => void Reflect.apply(trim, undefined, [0n]) : undefined;
  } catch {
    return undefined; // another C library
  }
}

/** That the module is an experiment is nothing an operator could do something about. */
function quietly(load: () => unknown): unknown {
  const emitWarning: unknown = Reflect.get(process, 'emitWarning');
  process.emitWarning = () => undefined;
  try {
    return load();
  } finally {
    Reflect.set(process, 'emitWarning', emitWarning);
  }
}
