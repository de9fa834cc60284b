/** Whether the bytes to go back to are still there. */
export interface RollbackReadiness {
  asOf: string;
  /** `inRegistry` is null where the registry gave no answer; an image that is not known here is left out. */
  answers: { service: string; digest: string; inRegistry: boolean | null }[];
}
