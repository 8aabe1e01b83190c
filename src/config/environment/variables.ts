/** Every environment variable that has a meaning, or has one in an image that this server stands in for. */
import { COUPLET_VARIABLES } from './couplet-variables.ts';
import { GUIDE_VARIABLES } from './guide-variables.ts';
import { IMAGE_VARIABLES } from './image-variables.ts';
import { PROSODY_VARIABLES } from './prosody-variables.ts';
import type { Variable } from './variable.ts';

/** All rows. */
export const VARIABLES: readonly Variable[] = [
  ...GUIDE_VARIABLES,
  ...PROSODY_VARIABLES,
  ...IMAGE_VARIABLES,
  ...COUPLET_VARIABLES,
];
