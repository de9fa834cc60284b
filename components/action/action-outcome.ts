/** What came of a server action, as plain data. */
export type ActionOutcome = ActionDone | ActionFailure;

export interface ActionDone {
  ok: true;
  /** Where what was made can be seen. */
  href?: string;
  /** What was done, in a few words. */
  message?: string;
}

export interface ActionFailure {
  ok: false;
  code: string;
  message: string;
  /** What is wrong with which field. */
  issues?: { path: string; message: string }[];
  /** Where the thing is that stands in the way. */
  href?: string;
  /** To be told to whoever runs Waybill. */
  reference?: string;
}
