export interface ProbeAnswer {
  status: number;
  body: string;
  tookMs: number;
  /** By names in lower case. */
  headers: Record<string, string>;
  /** Until when the certificate of the last answer is valid, ISO 8601; absent over http. */
  certificateExpiresAt?: string;
}

/** One bounded GET of a health or smoke endpoint. Throws ExternalError where there was no answer at all. */
export interface Probe {
  get(url: string, signal?: AbortSignal): Promise<ProbeAnswer>;
}
