/**
 * The answers to statements that were sent one behind the other, in this order. Throws what failed first in that order,
 * once all have ended: those behind a failure only say that the transaction is aborted.
 */
export async function allSent<const Sent extends readonly unknown[]>(
  sent: Sent,
): Promise<{ -readonly [Index in keyof Sent]: Awaited<Sent[Index]> }> {
  const outcomes = await Promise.allSettled(sent);
  const failure = outcomes.find((outcome) => outcome.status === "rejected");
  if (failure) throw failure.reason;
  return outcomes.map((outcome) => (outcome.status === "fulfilled" ? outcome.value : undefined)) as {
    -readonly [Index in keyof Sent]: Awaited<Sent[Index]>;
  };
}
