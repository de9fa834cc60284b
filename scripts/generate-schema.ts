import { mkdir, writeFile } from "node:fs/promises";
import { projectFileSchema } from "@/lib/config/schema";

/** Writes public/schema/v1.json; a test fails while the committed file differs from what this writes. */
const folder = new URL("../public/schema/", import.meta.url);
await mkdir(folder, { recursive: true });
await writeFile(new URL("v1.json", folder), `${JSON.stringify(projectFileSchema(), null, 2)}\n`);
process.stdout.write("public/schema/v1.json written\n");
