/** Resolves a reference (`env:NAME`, `file:/path`) at the moment of use; the value is never kept. Throws ExternalError `misconfigured` that names the reference, never the value. */
export interface SecretSource {
  resolve(reference: string): Promise<string>;
}
