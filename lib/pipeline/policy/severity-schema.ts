import { z } from "zod";
import { severities } from "@/lib/pipeline/policy/severity";

export const severity = z.enum(severities).meta({ description: `one of ${severities.join(", ")}` });
