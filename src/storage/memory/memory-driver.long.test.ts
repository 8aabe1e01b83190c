import { storageConformance } from '../conformance/conformance.ts';
import { MemoryBlobs } from './memory-blobs.ts';
import { MemoryDriver } from './memory-driver.ts';

storageConformance('memory', async () => ({ driver: new MemoryDriver(), blobs: new MemoryBlobs() }), 5000);
