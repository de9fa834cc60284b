import { Socket } from "node:net";

/**
 * A socket that hands what is written in one turn of the event loop to the system in one call. Statements that are sent
 * one behind the other then cost one call, and wake Postgres once; nothing is sent later than the end of that turn.
 */
export function gatheringSocket(): Socket {
  const socket = new Socket();
  // Node's connect() sets write() anew, so it can only be replaced once that is done.
  socket.once("connect", () => gatherWrites(socket));
  return socket;
}

function gatherWrites(socket: Socket): void {
  const write = socket.write;
  let gathers = false;
  socket.write = (...args: unknown[]) => {
    if (!gathers) {
      gathers = true;
      socket.cork();
      // Runs behind the promises that go on now: a commit that follows its last statement goes with it.
      process.nextTick(() => {
        gathers = false;
        socket.uncork();
      });
    }
    return Reflect.apply(write, socket, args);
  };
}
