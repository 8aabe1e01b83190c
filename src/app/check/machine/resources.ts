/** `check resources`: has the machine what the server needs? */
import { serverStatus } from '../../../modules/admin_operations/status.ts';
import type { Check } from '../check.ts';
import { finder, type Catalogue, type Finding } from '../finding.ts';
import { sizeText } from '../size-text.ts';
import { machineFacts, type Machine } from './machine.ts';

const RESOURCES = {
  'resources-seen': ['info', 'What the machine or container has.', ''],
  'descriptors-few': [
    'advice',
    'A process may have few open files: each connection is one.',
    'Raise it: LimitNOFILE= of systemd, ulimits of a container, or ulimit -n.',
  ],
  'memory-little': [
    'advice',
    'Less than 256 MB of memory are there for the server.',
    'Give it more: 256 MB do for a small server.',
  ],
  'memory-short': ['advice', 'Less than a tenth of the memory is free.', 'Stop what is not needed, or add memory.'],
  'swap-used': [
    'advice',
    'Much of the memory is swapped out: the server will stall.',
    'Add memory, or stop what takes it.',
  ],
  'disk-low': ['advice', 'Less than a tenth of the disk with the data, or less than 1 GB, is free.', 'Make room.'],
  'disk-full': ['error', 'The disk with the data is full, or nearly.', 'Make room now: nothing can be stored.'],
  'inodes-low': [
    'advice',
    'The file system with the data can hold few more files.',
    'Delete what is not needed: many small files.',
  ],
  'clock-wrong': [
    'advice',
    'The clock is not kept right: logins with tokens, certificates and archives need it.',
    'Start a time service: timedatectl set-ntp true.',
  ],
  'cpu-busy': ['advice', 'More processes want to run than there are processors.', 'Look what they are: top.'],
} as const satisfies Catalogue;

const find = finder('resources', RESOURCES);

const FEW_DESCRIPTORS = 4096;
const LITTLE = 256e6;
const GB = 1e9;

export const resourcesCheck: Check = {
  name: 'resources',
  summary: 'Memory, disk, open files, processors, clock',
  catalogue: RESOURCES,
  run: async ({ settings, ask }) => {
    const server = ask && serverStatus.pick({ pid: true }).parse(await ask('server.status', {}));
    return resourceFindings(machineFacts(settings.dataPath, server?.pid));
  },
};

/** What is to be said of a machine. */
export function resourceFindings(machine: Machine): Finding[] {
  const { cpus, memory, memoryLimit, descriptors, disk } = machine;
  const limit = memoryLimit === undefined ? '' : `, of which the container may take ${sizeText(memoryLimit)}`;
  const rest = `${disk === undefined ? '' : `; ${sizeText(disk.free)} of disk free`}${descriptors === undefined ? '' : `; ${descriptors} open files`}`;
  const seen = `${cpus} ${cpus === 1 ? 'processor' : 'processors'}; ${sizeText(memory.total)} of memory${limit}${rest}.`;
  return [find('resources-seen', seen), ...memoryFindings(machine), ...otherFindings(machine)];
}

function* memoryFindings({ memory, memoryLimit, swapUsed }: Machine): Generator<Finding> {
  const there = Math.min(memory.total, memoryLimit ?? Infinity);
  if (there < LITTLE) yield find('memory-little', `There are ${sizeText(there)} of memory.`);
  if (memory.free < 0.1 * there) yield find('memory-short', `${sizeText(memory.free)} of memory are free.`);
  if (swapUsed !== undefined && swapUsed > 0.25 * memory.total)
    yield find('swap-used', `${sizeText(swapUsed)} are swapped out.`);
}

function* otherFindings({ cpus, load, descriptors, disk, clockSynchronised }: Machine): Generator<Finding> {
  if (descriptors !== undefined && descriptors < FEW_DESCRIPTORS)
    yield find('descriptors-few', `A process may have ${descriptors} open files.`);
  if (load > 2 * cpus) yield find('cpu-busy', `The load is ${load.toFixed(1)} on ${cpus} processors.`);
  if (clockSynchronised === false) yield find('clock-wrong', 'systemd says that the clock is not synchronised.');
  if (disk === undefined) return;
  const { free, total, freeFiles, totalFiles } = disk;
  if (free < 0.01 * total || free < GB / 10)
    yield find('disk-full', `${sizeText(free)} of ${sizeText(total)} are free.`);
  else if (free < 0.1 * total || free < GB) yield find('disk-low', `${sizeText(free)} of ${sizeText(total)} are free.`);
  if (totalFiles > 0 && freeFiles < 0.05 * totalFiles)
    yield find('inodes-low', `${freeFiles} of ${totalFiles} entries are free.`);
}
