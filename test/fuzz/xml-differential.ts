/** Runs the parser beside `saxes` over mutated documents. */
import { Element } from '../../src/xml/element.ts';
import { equal } from '../../src/xml/equal.ts';
import type { XmlLimits } from '../../src/xml/limits.ts';
import { parseStanza } from '../../src/xml/reader.ts';
import { XmlError } from '../../src/xml/xml-error.ts';
import { mutated } from './xml-mutations.ts';
import { Random } from './xml-random.ts';
import { judge, type Verdict } from './xml-saxes.ts';

/** More than any generated document takes, so that limits decide nothing here. */
const LIMITS: XmlLimits = { bytes: 1e6, depth: 1e3, elements: 1e5, attributes: 1e3, nameBytes: 1e4, namespaces: 1e3 };

/** What a run found. */
export interface Outcome {
  accepted: number;
  rejected: number;
  /** Inputs that one parser took and the other did not, or took differently. */
  readonly disagreements: string[];
  /** Anything thrown that is not an `XmlError`. */
  readonly crashes: string[];
}

/** Compare both parsers on the inputs of a range of seeds. */
export function compareParsers(from: number, to: number): Outcome {
  const outcome: Outcome = { accepted: 0, rejected: 0, disagreements: [], crashes: [] };
  for (let seed = from; seed < to; seed++) {
    const bytes = mutated(new Random(seed));
    const theirs = judge(bytes);
    let ours: Verdict;
    try {
      ours = parseStanza(Buffer.from(bytes), LIMITS).tree();
    } catch (error) {
      if (!(error instanceof XmlError)) outcome.crashes.push(`${seed}: ${String(error)} ${show(bytes)}`);
      ours = String(error);
    }
    if (ours instanceof Element) outcome.accepted++;
    else outcome.rejected++;
    if (!agree(ours, theirs)) outcome.disagreements.push(`${seed}: ${label(ours)} / ${label(theirs)} ${show(bytes)}`);
  }
  return outcome;
}

function agree(ours: Verdict, theirs: Verdict): boolean {
  if (theirs === undefined) return true;
  if (ours instanceof Element && theirs instanceof Element) return equal(ours, theirs);
  return typeof ours === 'string' && typeof theirs === 'string';
}

function label(verdict: Verdict): string {
  return typeof verdict === 'string' ? verdict : 'accepted';
}

function show(bytes: Buffer): string {
  return JSON.stringify(bytes.toString('latin1'));
}
