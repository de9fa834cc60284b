import { readFileSync } from "node:fs";
import path from "node:path";

/** Where the product under test keeps its folder and listens, and where its sandbox does. */
export interface Product {
  url: string;
  sandbox: {
    registryUrl: string;
    registryHost: string;
    clusterUrl: string;
    metricsUrl: string;
    servicesUrl: string;
    kubeconfigPath: string;
    adminKubeconfigPath: string;
  };
}

/** What the running product wrote into its folder. Throws where WAYBILL_HOME names none that runs with a sandbox. */
export function runningProduct(): Product {
  const home = process.env.WAYBILL_HOME;
  if (!home) throw new Error("WAYBILL_HOME is not set: it names the folder of the product under test");
  const note = JSON.parse(readFileSync(path.join(home, "running.json"), "utf8")) as Product;
  if (!note.sandbox) throw new Error(`the product in ${home} runs without a sandbox`);
  return { url: note.url, sandbox: note.sandbox };
}
