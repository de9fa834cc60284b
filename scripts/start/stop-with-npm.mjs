const lookMs = 500;

/**
 * Calls `onGone` once the shell that npm runs its script in has ended: it dies of a signal without handing it on, and
 * `kill` of an `npm start` would leave everything running. Does nothing where npm has not started this process.
 */
export function watchNpm(env, onGone) {
  if (env.npm_lifecycle_event === undefined) return;
  const shell = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(timer);
    onGone();
  }, lookMs);
  timer.unref();
}
