/** Where a service runs, as a plan says it; the same shape that the deploy target port takes. */
export interface TargetRefPlan {
  kind: "kubernetes";
  connection: string;
  namespace: string;
  workload: { kind: "deployment" | "statefulSet" | "rollout"; name: string };
  container: string;
  /** The Service through which it takes traffic, and its selector's key for the colour that it selects. */
  service?: string;
  colourLabel?: string;
  /** The Canary of Flagger that owns this Deployment. */
  canary?: string;
}
