import type { ActionFailure } from "@/components/action/action-outcome";

interface FieldErrors {
  /** By the path of the field: `artifacts[0].image`. */
  errors: Record<string, string | undefined>;
  /** What belongs to no field. */
  rest: ActionFailure | undefined;
}

/** The field that a refusal is about; with several artifacts only its words tell which one. */
const fieldOfRefusal: Record<string, string> = {
  unknownService: "artifacts[0].service",
  nameMissing: "name",
  releaseIsImmutable: "version",
  invalidMigration: "migration",
};

/** About the whole, or about the outside world: shown below the form. */
const ofNoField = new Set(["externalError", "noAnswer", "internal", "notAvailable", "unauthenticated", "conflict"]);

/** Puts each message where its field is. */
export function fieldErrors(failure: ActionFailure | undefined, artifacts: number): FieldErrors {
  if (!failure) return { errors: {}, rest: undefined };
  if (failure.issues && failure.issues.length > 0) {
    return { errors: Object.fromEntries(failure.issues.map(({ path, message }) => [path, message])), rest: undefined };
  }
  if (ofNoField.has(failure.code)) return { errors: {}, rest: failure };
  const known = fieldOfRefusal[failure.code];
  if (artifacts > 1 && known === undefined) return { errors: {}, rest: failure };
  return { errors: { [known ?? "artifacts[0].image"]: failure.message }, rest: undefined };
}
