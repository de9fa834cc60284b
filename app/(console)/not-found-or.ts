import { notFound } from "next/navigation";
import { Forbidden, NotFound } from "@/lib/pipeline/errors";

/** What `read` answers; what is not there, or not theirs to see, becomes the page that says so. */
export async function notFoundOr<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof NotFound || error instanceof Forbidden) notFound();
    throw error;
  }
}
