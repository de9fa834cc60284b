export interface PolicyOptions {
  /** Fresh for each answer; base64. */
  nonce: string;
  /** The dev server evaluates code and speaks by a web socket. */
  dev: boolean;
  /** Whether browsers reach the pages by https. */
  secure: boolean;
}

/**
 * The content security policy of a page (CSP level 3): scripts run by the answer's nonce, or because such a script loaded
 * them; nothing is framed, nothing comes from or is sent to another origin. Styles may stand in the page: widths and grid
 * lines are set there, and libraries of controls add sheets of their own, which know no nonce.
 */
export function contentSecurityPolicy({ nonce, dev, secure }: PolicyOptions): string {
  const directives: Record<string, string[]> = {
    "default-src": ["'self'"],
    "script-src": ["'self'", `'nonce-${nonce}'`, "'strict-dynamic'", ...(dev ? ["'unsafe-eval'"] : [])],
    "script-src-attr": ["'none'"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'", ...(dev ? ["ws:", "wss:"] : [])],
    "object-src": ["'none'"],
    "frame-src": ["'none'"],
    "frame-ancestors": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    ...(secure ? { "upgrade-insecure-requests": [] } : {}),
  };
  return Object.entries(directives)
    .map(([name, sources]) => [name, ...sources].join(" "))
    .join("; ");
}

/** Two years, as browsers' preload lists ask (RFC 6797); the host's own name alone, whose neighbours are not ours. */
export const strictTransport = "max-age=63072000";
