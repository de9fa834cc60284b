import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { gatheringSocket } from "@/lib/db/gathering-socket";

const open: { server: Server; socket: Socket }[] = [];

afterEach(() => {
  for (const { server, socket } of open.splice(0)) {
    socket.destroy();
    server.close();
  }
});

/** A connected socket, how often it called the system to send, and what the other end has got once it hears the end. */
async function connected(): Promise<{ socket: Socket; sendings: () => number; heard: Promise<string> }> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const accepted = once(server, "connection") as Promise<[Socket]>;
  const socket = gatheringSocket();
  open.push({ server, socket });
  const [one, several] = [vi.spyOn(socket, "_write"), vi.spyOn(socket, "_writev" as "_write")];
  socket.connect((server.address() as AddressInfo).port, "127.0.0.1");
  await once(socket, "connect");
  const heard = accepted.then(async ([peer]) => (await peer.toArray()).join(""));
  return { socket, sendings: () => one.mock.calls.length + several.mock.calls.length, heard };
}

function written(socket: Socket, text: string): Promise<void> {
  return new Promise((resolve, reject) => socket.write(text, (error) => (error ? reject(error) : resolve())));
}

describe("a gathering socket", () => {
  it("sends in one call what one turn writes, also behind promises, in its order", async () => {
    const { socket, sendings, heard } = await connected();
    socket.write("begin ");
    socket.write("lock ");
    await Promise.resolve();
    socket.write("append ");
    await written(socket, "commit");
    expect(sendings()).toBe(1);
    socket.end();
    expect(await heard).toBe("begin lock append commit");
  });

  it("sends what a later turn writes by itself", async () => {
    const { socket, sendings, heard } = await connected();
    await written(socket, "first ");
    await written(socket, "second");
    expect(sendings()).toBe(2);
    socket.end();
    expect(await heard).toBe("first second");
  });

  it("loses nothing that is written just before the end", async () => {
    const { socket, heard } = await connected();
    socket.write("last words");
    socket.end(" and out");
    expect(await heard).toBe("last words and out");
  });

  it("may be destroyed in the turn in which it was written to", async () => {
    const { socket, sendings, heard } = await connected();
    socket.write("never sent");
    socket.destroy();
    await once(socket, "close");
    expect(await heard).toBe("");
    expect(sendings()).toBe(0);
  });
});
