/** Progress of something long. */

/** Is told how much of the whole is done; the unit is the caller's matter. The whole may be an estimate. */
export type Progress = (done: number, whole: number) => void;
