/** The W that is a route: one port open, one reached. */
export function Logo() {
  return (
    <svg width="24" height="20" viewBox="0 0 24 20" fill="none" aria-hidden="true">
      <path d="M4.2 6.5 8 16l4-9 4 9 4.7-11.5" stroke="currentColor" strokeWidth="2" strokeLinejoin="miter" />
      <circle cx="3.3" cy="4" r="2.3" stroke="currentColor" strokeWidth="1.6" />
      <circle cx="21" cy="3.6" r="2.9" fill="var(--color-carbon)" />
    </svg>
  );
}
