/** An expectation of a dialogue is not met; the message says which and what came instead. */
export class Unmet extends Error {}
