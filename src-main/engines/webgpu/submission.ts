/** Aimed at for a submission: short enough to stop soon and to stay far from any driver's time limit. */
export const SUBMISSION_MS = 40
