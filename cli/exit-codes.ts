/** What a CI job can tell from the exit code; docs/api.md lists them. */
export const EXIT = {
  ok: 0,
  /** It failed, or was refused by a rule. */
  failed: 1,
  usage: 2,
  /** It waits: for a gate, for somebody, for its turn. */
  waiting: 3,
  /** With --wait: the promotion went back, failed, or needs a person. */
  wentBack: 4,
  /** No answer from Waybill, or it does not know the token. */
  unreachable: 5,
} as const;

/** The command line cannot be meant; the message says what is expected. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

/** Something ends a command early, with a message for a person and an exit code. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
    this.name = "CommandError";
  }
}
