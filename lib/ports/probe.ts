export interface ProbeAnswer {
  status: number;
  body: string;
  tookMs: number;
}

/** One bounded GET of a health or smoke endpoint. Throws ExternalError where there was no answer at all. */
export interface Probe {
  get(url: string, signal?: AbortSignal): Promise<ProbeAnswer>;
}
