/**
 * The entry of the thread that runs a configuration in Lua: one program, one answer.
 *
 * `as` stands where the job is taken for what its type says: our own reader sent it, and compiles against the types.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { LuaFactory } from 'wasmoon';
import { ENVIRONMENT } from './environment-lua.ts';
import { LIBRARIES } from './libraries-lua.ts';
import { outside } from './outside.ts';
import type { LuaAnswer, LuaJob } from './protocol.ts';

/** Bytes that the program may use. */
const MAX_MEMORY = 64 * 1024 * 1024;

async function run({ file, place }: LuaJob): Promise<LuaAnswer> {
  const files: string[] = [];
  const lua = await new LuaFactory().createEngine({ injectObjects: false, enableProxy: false, traceAllocations: true });
  for (const [name, act] of Object.entries(outside(file, files))) lua.global.set(`outside_${name}`, act);
  lua.global.set('outside_at', (number: number, line: number) => {
    place[0] = number;
    place[1] = line;
  });
  try {
    lua.doStringSync(LIBRARIES);
    lua.global.set('configuration', file);
    lua.global.setMemoryMax(MAX_MEMORY);
    return { files, result: String(lua.doStringSync(ENVIRONMENT)) };
  } catch (error) {
    return { files, error: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.postMessage(await run(workerData as LuaJob));
