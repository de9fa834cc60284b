/** Where a service runs, as a plan says it; the same shape that the deploy target port takes. */
export interface TargetRefPlan {
  kind: "kubernetes";
  connection: string;
  namespace: string;
  workload: { kind: "deployment" | "statefulSet"; name: string };
  container: string;
}
