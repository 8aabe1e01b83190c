/** What the machine is, in words that hold no names or paths of it. */
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import type { Results } from './report/results.ts';

/** This machine. */
export function thisMachine(): Results['machine'] {
  const cores = cpus();
  return {
    cores: cores.length,
    processor: cores[0]?.model ?? 'unknown processor',
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: systemName(),
    kernel: /^\d+\.\d+/.exec(release())?.[0] ?? '',
    node: `${process.versions.node} (V8 ${process.versions.v8}, OpenSSL ${process.versions.openssl})`,
  };
}

function systemName(): string {
  try {
    return /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? process.platform;
  } catch {
    return process.platform;
  }
}
