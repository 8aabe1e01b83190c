/** What a check finds: a sentence about what it is and one about what to do. */

/** `error`: it does not work, or is open to everybody. `advice`: it works and could be better. `info`: good to know. */
export type Severity = 'error' | 'advice' | 'info';

/** One thing that was found. */
export interface Finding {
  /** The check that found it, such as `certs`. */
  readonly check: string;
  /** What kind of thing it is; docs/checks.md has them all. */
  readonly id: string;
  readonly severity: Severity;
  /** One sentence. */
  readonly what: string;
  /** One sentence; empty where there is nothing to do. */
  readonly todo: string;
  /** `file:line` */
  readonly where?: string;
}

/** All that a check can find, by id: how severe it is, what it is about, and what to do. */
export type Catalogue = Readonly<Record<string, readonly [severity: Severity, about: string, todo: string]>>;

/** Makes a finding of a kind. */
export type Find<C extends Catalogue> = (id: keyof C & string, what: string, where?: string) => Finding;

/** What makes the findings of a check. */
export function finder<C extends Catalogue>(check: string, catalogue: C): Find<C> {
  return (id, what, where) => {
    const [severity, , todo] = catalogue[id] ?? ['error', '', ''];
    return { check, id, severity, what, todo, ...(where !== undefined && { where }) };
  };
}

/** 0 where all is fine, 1 where there is advice, 2 where there are errors. */
export function exitStatus(findings: readonly Finding[], strict = false): 0 | 1 | 2 {
  if (findings.some(({ severity }) => severity === 'error' || (strict && severity === 'advice'))) return 2;
  return findings.some(({ severity }) => severity === 'advice') ? 1 : 0;
}
