/**
 * The entry of the thread that runs a configuration in Lua: one program, one answer.
 *
 * `as` stands where the job is taken for what its type says: our own reader sent it, and compiles against the types.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { LuaFactory } from 'wasmoon';
import type { LuaJob } from './protocol.ts';
import { runLua } from './run-lua.ts';

parentPort?.postMessage(await runLua(new LuaFactory(), workerData as LuaJob));
