import { Shape } from "@/components/state/shape";
import type { Plan } from "@/lib/pipeline/plan/plan";

interface PromotionNameProps {
  services: string[];
  version: string;
  environment: string;
  kind: "promote" | "rollback";
}

/** `backend v1.4.0 → production`; of several services the first, and how many more. */
export function PromotionName({ services, version, environment, kind }: PromotionNameProps) {
  return (
    <>
      {servicesWords(services)} {kind === "rollback" ? "back to " : ""}
      {version} <Shape name="arrow" className="i i--xs inline align-[-0.15em]" label="to" /> {environment}
    </>
  );
}

/** `backend`, `backend and chat`, `backend and 3 more`. */
export function servicesWords(services: string[]): string {
  const [first, second] = services;
  if (services.length > 2) return `${first} and ${services.length - 1} more`;
  return second === undefined ? (first ?? "") : `${first} and ${second}`;
}

/** The same as text, for a title: `backend v1.4.0 → production`. */
export function promotionWords({
  services,
  version,
  environment,
}: Pick<Plan, "services" | "version" | "environment">): string {
  return `${servicesWords(services.map(({ service }) => service))} ${version} → ${environment}`;
}
