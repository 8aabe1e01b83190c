/** Folders of certificates, which are read anew each time they are asked for, or once for many hosts. */
import { readCertificates, type Candidate } from './certificate-files.ts';

/** Reads them. */
export class CertificateFolders {
  /** While something is done for many hosts. */
  #kept: Map<string, Promise<readonly Candidate[]>> | undefined;

  /** Do that and read each folder once meanwhile. */
  async readingOnce<T>(work: () => Promise<T>): Promise<T> {
    if (this.#kept !== undefined) return work();
    this.#kept = new Map();
    try {
      return await work();
    } finally {
      this.#kept = undefined;
    }
  }

  /** The certificates in it. */
  read(directory: string): Promise<readonly Candidate[]> {
    const kept = this.#kept?.get(directory);
    if (kept !== undefined) return kept;
    const found = readCertificates(directory);
    this.#kept?.set(directory, found);
    return found;
  }
}
