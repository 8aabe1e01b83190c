/** Forms that we define: what their fields are and what may stand in them (XEP-0004 v2.13.2, XEP-0122 v1.0.2). */
import type { FieldType } from './form.ts';
import type { Datatype, RangedDatatype } from './form-datatypes.ts';

/** What the values of a field must be beyond its type (XEP-0122 §3). Patterns are not supported, foreign or our own. */
export type Validation = {
  /** `list-single`, `list-multi`: values beside the options are allowed. `text-multi`: each line is a value (§3.2.2). */
  readonly open?: boolean;
  /** `list-multi` only: how many values (§3.3). */
  readonly listRange?: { readonly min?: number; readonly max?: number };
} & (
  | { readonly datatype: Exclude<Datatype, RangedDatatype> }
  /** Least and greatest value, in the datatype's own form. */
  | { readonly datatype: RangedDatatype; readonly min?: string; readonly max?: string }
);

/** A choice of a list. */
interface FormOption {
  readonly value: string;
  readonly label?: string;
}

/** A field to fill in. */
export interface FieldSpec {
  readonly var: string;
  readonly type: Exclude<FieldType, 'fixed'>;
  readonly label?: string;
  readonly desc?: string;
  /** An empty value does not count as given. */
  readonly required?: boolean;
  /** `list-single` and `list-multi` only. */
  readonly options?: readonly FormOption[];
  readonly validate?: Validation;
}

/** A line of text between fields. */
export interface FixedText {
  readonly type: 'fixed';
  readonly text: string;
}

/** A form. */
export interface FormSpec {
  /** FORM_TYPE (XEP-0068 v1.3.0). */
  readonly formType: string;
  readonly title?: string;
  readonly instructions?: string;
  readonly fields: readonly (FieldSpec | FixedText)[];
}
