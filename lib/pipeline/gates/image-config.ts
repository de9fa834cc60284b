import { z } from "zod";
import { byteSize } from "@/lib/pipeline/policy/byte-size";
import { sizeWords } from "@/lib/pipeline/policy/size-words";

/** What an image's own config must say; each platform of it. At least one demand is there. */
export interface ImageConfig {
  /** Compressed bytes of one platform, as a node pulls it. */
  maxSizeBytes?: number;
  nonRoot?: true;
  healthcheck?: true;
  /** Names of labels that must be there and not empty. */
  labels?: string[];
  /** Images it may be built from: a name, a name's start with `/*` or `:*`, a digest, or a name with a digest. */
  base?: string[];
  /** `amd64`, or with its variant `arm/v7`: every platform must be one of them. */
  architectures?: string[];
}

const keys = ["maxSize", "nonRoot", "healthcheck", "labels", "base", "architectures"] as const;

const label = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/)
  .meta({ description: "a label's name, such as org.opencontainers.image.revision" });
const baseForm = /^(?:[a-z0-9][A-Za-z0-9._/:-]{0,300}(?:@sha256:[0-9a-f]{64})?|[a-z0-9][A-Za-z0-9._/:-]{0,300}[/:]\*)$/;
const base = z.string().regex(baseForm).meta({
  description:
    "an image such as docker.io/library/debian:12-slim, all below one such as registry.example.com/base/*, or a digest",
});
const architecture = z
  .string()
  .regex(/^[a-z0-9_]{1,20}(\/[a-z0-9]{1,10})?$/)
  .meta({ description: "an architecture such as amd64, arm64 or arm/v7" });

/** `image: {…}` in a list of gates. */
export const imageConfig = z
  .strictObject({
    maxSize: byteSize.optional(),
    nonRoot: z.literal(true).optional().meta({ description: "true" }),
    healthcheck: z.literal(true).optional().meta({ description: "true" }),
    labels: z.array(label).min(1).max(50).optional().meta({ description: "a list of 1 to 50 names of labels" }),
    base: z.array(base).min(1).max(50).optional().meta({ description: "a list of 1 to 50 base images" }),
    architectures: z
      .array(architecture)
      .min(1)
      .max(20)
      .optional()
      .meta({ description: "a list of 1 to 20 architectures" }),
  })
  .superRefine((value, context) => {
    if (keys.some((key) => value[key] !== undefined)) return;
    const params = { allowed: `at least one of ${keys.join(", ")}` };
    context.addIssue({ code: "custom", message: "demands nothing", params });
  })
  .transform(({ maxSize, ...rest }): ImageConfig => {
    const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
    return { ...(maxSize === undefined ? {} : { maxSizeBytes: maxSize }), ...given };
  })
  .meta({ description: "what the image's own config must say, in each of its platforms" });

/** What the gate demands, in a few words: `200 MB at most, not as root`. */
export function imageDemand(config: ImageConfig): string {
  const parts = [
    config.maxSizeBytes !== undefined && `${sizeWords(config.maxSizeBytes)} at most`,
    config.nonRoot && "not as root",
    config.healthcheck && "a health check",
    config.labels && `labels ${config.labels.join(", ")}`,
    config.base && `built from ${config.base.join(" or ")}`,
    config.architectures && `for ${config.architectures.join(" or ")}`,
  ];
  return parts.filter(Boolean).join("; ");
}
