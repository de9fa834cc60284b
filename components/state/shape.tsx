/** The drawn alphabet of states, 14 by 14, in the colour of its text. Never alone: a word stands beside it or is read aloud. */
const drawings = {
  arrow: <path d="M1.5 7h10.5M8 2.8 12.2 7 8 11.2" fill="none" stroke="currentColor" strokeWidth="1.5" />,
  back: (
    <path
      d="M5.2 2 1.8 5.4l3.4 3.4M2 5.4h6.5a3.5 3.5 0 0 1 0 7H5"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
    />
  ),
  block: (
    <g fill="none" stroke="currentColor" strokeWidth="1.7">
      <circle cx="7" cy="7" r="5.7" />
      <path d="M3.1 10.9 10.9 3.1" />
    </g>
  ),
  canary: (
    <>
      <circle cx="7" cy="7" r="5.75" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="M7 7V1.25A5.75 5.75 0 0 1 12.75 7Z" fill="currentColor" />
    </>
  ),
  clock: (
    <g fill="none" stroke="currentColor" strokeWidth="1.5">
      <circle cx="7" cy="7" r="5.75" />
      <path d="M7 3.5V7.3H9.8" />
    </g>
  ),
  closed: (
    <>
      <path d="M1.5 3h11v9.75h-11Z" fill="none" stroke="currentColor" strokeWidth="1.4" />
      <path d="M1 2.5h12v3.5H1ZM3.6.5h1.6v3H3.6ZM8.8.5h1.6v3H8.8Z" fill="currentColor" />
    </>
  ),
  dash: <path d="M3 7h8" stroke="currentColor" strokeWidth="1.5" />,
  degraded: <path fill="currentColor" fillRule="evenodd" d="M7 .9 13.6 12.6H.4ZM6.2 5v3.6h1.6V5Zm0 4.6v1.5h1.6V9.6Z" />,
  disc: <circle cx="7" cy="7" r="4.75" fill="currentColor" />,
  dot: (
    <>
      <circle cx="7" cy="7" r="5.5" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <circle cx="7" cy="7" r="2.4" fill="currentColor" />
    </>
  ),
  drift: (
    <>
      <path d="M1 1h7.5v7.5H1Z" fill="currentColor" />
      <path d="M10.5 5.5H13V13H5.5v-2.5" fill="none" stroke="currentColor" strokeWidth="1.5" />
    </>
  ),
  errored: (
    <path
      fill="currentColor"
      fillRule="evenodd"
      d="M4.3.5h5.4l3.8 3.8v5.4l-3.8 3.8H4.3L.5 9.7V4.3ZM4.7 5.6h1.6c0-.5.3-.8.8-.8s.8.3.8.7c0 .5-.3.7-.8 1.1-.6.5-.9.9-.9 1.7h1.6c0-.5.3-.7.8-1.1.6-.4 1-.9 1-1.8 0-1.3-1-2.1-2.5-2.1s-2.4.9-2.4 2.3ZM6.2 9.2v1.6h1.7V9.2Z"
    />
  ),
  fail: (
    <path
      fill="currentColor"
      fillRule="evenodd"
      d="M1.5.75h11a.75.75 0 0 1 .75.75v11a.75.75 0 0 1-.75.75h-11a.75.75 0 0 1-.75-.75v-11A.75.75 0 0 1 1.5.75Zm3.3 2.9L3.65 4.8 5.85 7l-2.2 2.2 1.15 1.15L7 8.15l2.2 2.2 1.15-1.15L8.15 7l2.2-2.2L9.2 3.65 7 5.85Z"
    />
  ),
  hold: (
    <path
      fill="currentColor"
      fillRule="evenodd"
      d="M1.5.75h11a.75.75 0 0 1 .75.75v11a.75.75 0 0 1-.75.75h-11a.75.75 0 0 1-.75-.75v-11A.75.75 0 0 1 1.5.75Zm2.5 3v6.5h2v-6.5Zm4 0v6.5h2v-6.5Z"
    />
  ),
  pin: <path fill="currentColor" d="M4 .8h6v1.6H9v3l2.4 2.4v1.4H7.8v4.3H6.2V9.2H2.6V7.8L5 5.4v-3H4Z" />,
  move: <path fill="currentColor" d="M.8 2.6h7.7L13.4 7l-4.9 4.4H.8Z" />,
  next: <path d="M5 2.5 9.5 7 5 11.5" fill="none" stroke="currentColor" strokeWidth="1.6" />,
  over: <path d="M2 3 6 7 2 11M7.5 3 11.5 7 7.5 11" fill="none" stroke="currentColor" strokeWidth="1.6" />,
  pass: (
    <path
      fill="currentColor"
      fillRule="evenodd"
      d="M7 .5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13Zm3.1 3.7L6.1 8.2 4.2 6.3 3.1 7.4l3 3 5.1-5.1Z"
    />
  ),
  pause: <path fill="currentColor" d="M3.2 2h2.8v10H3.2ZM8 2h2.8v10H8Z" />,
  queue: <path d="M1.5 3h11M1.5 7h11M1.5 11h6" fill="none" stroke="currentColor" strokeWidth="1.7" />,
  ring: <circle cx="7" cy="7" r="5.5" fill="none" stroke="currentColor" strokeWidth="1.5" />,
  stop: (
    <path
      fill="currentColor"
      fillRule="evenodd"
      d="M7 .5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13ZM4.6 4.6v4.8h4.8V4.6Z"
    />
  ),
  stuck: (
    <path
      fill="currentColor"
      fillRule="evenodd"
      d="M4.3.5h5.4l3.8 3.8v5.4l-3.8 3.8H4.3L.5 9.7V4.3ZM6.2 3v5h1.6V3Zm0 6.2v1.7h1.6V9.2Z"
    />
  ),
  unknown: (
    <>
      <circle cx="7" cy="7" r="5.9" fill="none" stroke="currentColor" strokeWidth="1.4" strokeDasharray="2.4 1.3" />
      <path
        d="M5.3 5.5a1.75 1.75 0 1 1 2.5 1.6c-.6.3-.8.6-.8 1.2"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.4"
      />
      <circle cx="7" cy="10.1" r=".9" fill="currentColor" />
    </>
  ),
  verify: (
    <g fill="none" stroke="currentColor" strokeWidth="1.5">
      <circle cx="7" cy="7" r="5.75" />
      <path d="M4.2 7.2 6.2 9.2 9.9 5.2" />
    </g>
  ),
  wait: (
    <>
      <path
        d="M7 1.1 12.9 7 7 12.9 1.1 7Z"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinejoin="round"
      />
      <path d="M7 1.1V12.9L1.1 7Z" fill="currentColor" />
    </>
  ),
};

export type ShapeName = keyof typeof drawings;

interface ShapeProps {
  name: ShapeName;
  /** Read aloud in place of the drawing, where no word stands beside it. */
  label?: string;
  className?: string;
}

export function Shape({ name, label, className }: ShapeProps) {
  const look = className ? `shape ${className}` : "shape";
  if (label)
    return (
      <svg viewBox="0 0 14 14" className={look} role="img" aria-label={label}>
        {drawings[name]}
      </svg>
    );
  return (
    <svg viewBox="0 0 14 14" className={look} aria-hidden="true">
      {drawings[name]}
    </svg>
  );
}
