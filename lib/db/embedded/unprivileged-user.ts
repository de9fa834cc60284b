import { execFileSync } from "node:child_process";
import { userInfo } from "node:os";
import { DatabaseError, firstMessage } from "@/lib/db/database-error";

export interface UnixUser {
  name: string;
  uid: number;
  gid: number;
}

const NEW_USER = "waybill-postgres";

/**
 * Whom Postgres runs as: it refuses to run as root, so root lends it a system user (Debian's `postgres`, else one that
 * is made). Undefined where we are not root: then it runs as ourselves. Throws a DatabaseError where none can be had.
 */
export function postgresUser(): UnixUser | undefined {
  if (process.platform === "win32" || userInfo().uid !== 0) return undefined;
  const found = findUser("postgres") ?? findUser(NEW_USER);
  if (found !== undefined) return found;
  try {
    execFileSync("useradd", ["--system", "--no-create-home", "--shell", "/usr/sbin/nologin", NEW_USER], {
      stdio: "pipe",
    });
  } catch (error) {
    throw new DatabaseError(
      `Postgres does not run as root, and the user ${NEW_USER} could not be created (${firstMessage(error).split("\n")[0]}). ` +
        "Start Waybill as another user, create a user named postgres, or set DATABASE_URL.",
    );
  }
  const made = findUser(NEW_USER);
  if (made === undefined) {
    throw new DatabaseError(`The user ${NEW_USER} was created but cannot be found. Start Waybill as another user.`);
  }
  return made;
}

function findUser(name: string): UnixUser | undefined {
  try {
    const id = (flag: string) => Number(execFileSync("id", [flag, name], { encoding: "utf8", stdio: "pipe" }));
    return { name, uid: id("-u"), gid: id("-g") };
  } catch {
    return undefined;
  }
}
