/** A thread that runs one configuration in Lua after the other; the server's own ends after the first. */
import { parentPort } from 'node:worker_threads';
import { LuaFactory } from 'wasmoon';
import type { LuaJob } from '../../src/config/lua/protocol.ts';
import { runLua } from '../../src/config/lua/run-lua.ts';

const factory = new LuaFactory();
parentPort?.on('message', (job: LuaJob) => {
  void runLua(factory, job).then((answer) => parentPort?.postMessage(answer));
});
