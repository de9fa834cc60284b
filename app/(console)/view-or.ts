import { InvalidInput } from "@/lib/pipeline/errors";

/** What `read` answers; nothing for an address that cannot be meant, so that the page itself says what is wrong with it. */
export async function viewOr<View>(read: () => Promise<View>): Promise<View | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof InvalidInput) return undefined;
    throw error;
  }
}
