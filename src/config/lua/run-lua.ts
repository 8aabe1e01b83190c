/** Runs a configuration in Lua, in whatever thread this is called. */
import type { LuaFactory } from 'wasmoon';
import { ENVIRONMENT } from './environment-lua.ts';
import { LIBRARIES } from './libraries-lua.ts';
import { outside } from './outside.ts';
import type { LuaAnswer, LuaJob } from './protocol.ts';

/** Bytes that the program may use. */
const MAX_MEMORY = 64 * 1024 * 1024;

/** Run it, for as long as it takes: whoever has started the thread ends it. */
export async function runLua(factory: LuaFactory, job: LuaJob): Promise<LuaAnswer> {
  const { file, place } = job;
  const files: string[] = [];
  const lua = await factory.createEngine({ injectObjects: false, enableProxy: false, traceAllocations: true });
  for (const [name, act] of Object.entries(outside(job, files))) lua.global.set(`outside_${name}`, act);
  lua.global.set('outside_at', (number: number, line: number) => {
    place[0] = number;
    place[1] = line;
  });
  try {
    lua.doStringSync(LIBRARIES);
    lua.global.set('configuration', file);
    lua.global.setMemoryMax(MAX_MEMORY);
    const result = String(lua.doStringSync(ENVIRONMENT));
    lua.global.close();
    return { files, result };
  } catch (error) {
    return { files, error: error instanceof Error ? error.message : String(error) };
  }
}
