import { createServer } from "node:net";
import { errorCode } from "@/lib/db/database-error";
import { StartError } from "./start-error";

/** Throws a StartError that says what to do unless this process may listen there. */
export async function checkPort(host: string, port: number, setting: string): Promise<void> {
  const code = await new Promise<string | undefined>((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve(errorCode(error) ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
  if (code === undefined) return;
  if (code === "EADDRINUSE") {
    const other = port === 65_535 ? 3000 : port + 1;
    throw new StartError(
      `port ${port} is taken by another program. Stop that one, or choose another port: ${setting}=${other} npm start`,
    );
  }
  if (code === "EACCES") {
    throw new StartError(`port ${port} may not be used by this user. Choose one above 1023: ${setting}=3000 npm start`);
  }
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND" || code === "EAI_AGAIN") {
    throw new StartError(`${host} is not an address of this machine. Correct HOST; 127.0.0.1 is this machine alone.`);
  }
  throw new StartError(`nothing can listen on ${host}:${port} (${code}). Correct HOST and ${setting}.`);
}
