const part = encodeURIComponent;

/** The slip for exactly this plan; it says so where the plan is another one by then. */
export function planLink(origin: string, promotion: string, planHash: string): string {
  return `${origin}/approvals/${part(promotion)}?plan=${planHash}`;
}

export function promotionLink(origin: string, promotion: string): string {
  return `${origin}/promotions/${part(promotion)}`;
}

export function releaseLink(origin: string, project: string, release: string): string {
  return `${origin}/releases/${part(project)}/${part(release)}`;
}

export function environmentLink(origin: string, project: string, environment: string): string {
  return `${origin}/environments/${part(project)}/${part(environment)}`;
}

/** The project's file, with what is proposed for it. */
export function projectFileLink(origin: string, project: string): string {
  return `${origin}/settings/file?${new URLSearchParams({ project })}`;
}

/** The book, opened at one entry. */
export function entryLink(origin: string, project: string, seq: number): string {
  return `${origin}/history?${new URLSearchParams({ project, before: String(seq + 1), entry: String(seq) })}`;
}
