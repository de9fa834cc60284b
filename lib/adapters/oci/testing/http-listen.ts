import { once } from "node:events";
import type { Server } from "node:http";

export interface RunningServer {
  /** `http://127.0.0.1:port`. */
  url: string;
  host: string;
  stop(): Promise<void>;
}

/** Lets a server listen on a free port of loopback; stop() ends its connections too. */
export async function listen(server: Server): Promise<RunningServer> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the test server has no port");
  const host = `127.0.0.1:${address.port}`;
  return {
    url: `http://${host}`,
    host,
    async stop() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
