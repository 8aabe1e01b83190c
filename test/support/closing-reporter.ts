/**
 * The last lines of a test run: what was left out and why, and the plain count
 * `N passed, N failed, N skipped` that scripts can read.
 */
import type { Reporter, TestModule } from 'vitest/node';

export default class ClosingReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    process.stdout.write(`${closingLines(modules, unhandledErrors.length).join('\n')}\n`);
  }
}

/**
 * What the reporter prints. A file that could not be loaded counts as one failure, and so does each error that belongs
 * to no test.
 */
export function closingLines(modules: readonly ReportedModule[], unhandledErrors: number): string[] {
  const count = { passed: 0, failed: unhandledErrors, skipped: 0 };
  const lines: string[] = [];
  for (const module of modules) {
    let skipped = 0;
    count.failed += module.errors().length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') count.passed++;
      else if (state === 'failed') count.failed++;
      else skipped++;
    }
    count.skipped += skipped;
    const missing = module.meta().missing ?? [];
    if (skipped > 0 || missing.length > 0) {
      lines.push(`skipped ${skipped} in ${module.relativeModuleId}: ${missing.join('; ') || 'by the file itself'}`);
    }
  }
  return [...lines, `${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`];
}

/** The part of vitest's TestModule that is read here. */
export interface ReportedModule {
  readonly relativeModuleId: string;
  readonly children: { allTests(): Iterable<{ result(): { readonly state: string } }> };
  errors(): readonly unknown[];
  meta(): { readonly missing?: string[] };
}
