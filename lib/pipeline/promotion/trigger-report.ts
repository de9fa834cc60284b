/** What somebody outside says of a trigger: that it fired, of which service (null: all of them), when, in their words. */
export interface TriggerReport {
  /** The reporter's own id of it: the same one twice is the same report. */
  id: string;
  trigger: string;
  service: string | null;
  words: string;
  /** ISO 8601, UTC. */
  happenedAt: string;
}
