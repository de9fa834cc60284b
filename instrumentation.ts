/** Called by Next once, as a server process starts. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { closeStreamsOnExit } = await import("@/app/api/events/close-streams-on-exit");
  closeStreamsOnExit();
  const { keepAskingAboutSigners } = await import("@/lib/auth/recheck-signers");
  keepAskingAboutSigners();
}
