// The least that can answer a screenful of the matrix: node:http and pg, the same SQL, nobody asked who they are.
import { createServer } from "node:http";
import pg from "pg";
import { windowPath } from "@/components/overview/overview-filter";
import { readMatrixInput } from "@/lib/queries/matrix-input";
import { matrixStatement } from "@/lib/queries/matrix-statement";

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const { name, text, values } = matrixStatement(
  null,
  readMatrixInput(new URL(windowPath({ text: "", show: "all" }, 0), "http://localhost").searchParams),
);

const server = createServer(async (_request, response) => {
  try {
    const { rows } = await pool.query({ name, text, values: [...values] });
    const body = JSON.stringify(rows[0]);
    response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
    response.end(body);
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  process.stdout.write(`http://127.0.0.1:${port}\n`);
});
process.once("SIGTERM", () => process.exit(0));
