import path from "node:path";
import { Product } from "@/scripts/test/product";

/**
 * Starts the whole product in a folder of its own for these tests, unless WAYBILL_E2E_URL and WAYBILL_HOME name one that
 * runs already; workers and their tests find it by the same two.
 */
export default async function startProduct(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.WAYBILL_E2E_URL) return undefined;
  const product = await Product.start(path.resolve(import.meta.dirname, ".."));
  process.env.WAYBILL_E2E_URL = product.url;
  process.env.WAYBILL_HOME = product.home;
  return async () => {
    await product.stop();
    await product.removeHome();
  };
}
