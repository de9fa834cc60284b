/** What ends somebody's sentence inside one of ours: a full stop, or nothing where it has its own end. */
export function fullStopAfter(text: string): "." | "" {
  return /[.!?…。؟]\s*$/u.test(text) ? "" : ".";
}
