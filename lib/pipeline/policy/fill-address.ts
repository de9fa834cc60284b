/** What a check's address may be filled in with. */
export interface AddressFacts {
  project: string;
  service: string;
  environment: string;
  /** Where the service's target is: a Kubernetes namespace and workload. */
  namespace: string;
  workload: string;
  /** The Service before the colour that takes no traffic yet, where there is one. */
  previewService?: string;
}

/** `{name}` in an address. */
export const placeholder = /\{([^{}]*)\}/g;
export const placeholders = ["project", "service", "environment", "namespace", "workload"] as const;

/** The address with its placeholders filled in; anything else in braces stays as it is. */
export function fillAddress(template: string, facts: AddressFacts): string {
  return template.replace(placeholder, (whole, key: string) => {
    const known = [...placeholders, "previewService" as const].find((name) => name === key);
    const value = known && facts[known];
    return value === undefined ? whole : encodeURIComponent(value);
  });
}
