// The least that can push a notification to browsers: one LISTEN, a set of responses, node:http.
import { createServer, type ServerResponse } from "node:http";
import pg from "pg";

const open = new Set<ServerResponse>();

const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
client.on("notification", ({ payload }) => {
  for (const response of open) response.write(`event: change\ndata: ${payload}\n\n`);
});
await client.query("LISTEN bench_change");

const server = createServer((_request, response) => {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write("event: ready\ndata: {}\n\n");
  open.add(response);
  response.once("close", () => open.delete(response));
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  process.stdout.write(`http://127.0.0.1:${port}\n`);
});
process.once("SIGTERM", () => process.exit(0));
