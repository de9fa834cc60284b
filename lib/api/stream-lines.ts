/** A generator of text as a stream of bytes, read only as fast as it is taken; whoever hangs up ends the reading. */
export function streamLines(lines: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      let chunk = "";
      // Lines are short: some thousand bytes a chunk save as many turns.
      while (chunk.length < 65_536) {
        const { done, value } = await lines.next();
        if (done) {
          if (chunk !== "") controller.enqueue(encoder.encode(chunk));
          controller.close();
          return;
        }
        chunk += value;
      }
      controller.enqueue(encoder.encode(chunk));
    },
    async cancel() {
      await lines.return(undefined);
    },
  });
}
