import type { Digest } from "@/lib/pipeline/release/digest";
import type { AppliedChange, TargetObservation, TargetRef } from "@/lib/ports/deploy-target";

export type Colour = "blue" | "green";

/** The workload of one colour, as its spec says. */
export interface ColourWorkload {
  /** `deployment NAMESPACE/NAME`. */
  name: string;
  digest: Digest | undefined;
  /** Id of the promotion that ordered it last, and the fencing number of that order; 0 where there is none. */
  promotion: string | undefined;
  generation: number;
  /** The cluster's own count of its orders (metadata.generation). */
  targetGeneration: number;
  replicas: number;
  /** The state that this was read at. */
  fence: string;
}

/** Which colour takes the traffic at this moment, read from the live Service's selector; never stored. */
export interface ColourStanding {
  /** `service NAMESPACE/NAME`. */
  service: string;
  live: Colour;
  idle: Colour;
  /** Who switched it last, and the fencing number of that order; 0 where there is none. */
  promotion: string | undefined;
  generation: number;
  fence: string;
  /** It carries annotations already, whosever. */
  isAnnotated: boolean;
  /** The idle one is absent where it was never made. */
  colours: Partial<Record<Colour, ColourWorkload>>;
}

/** What a colour is to run, and on whose behalf. */
export interface ColourOrder {
  /** `host/repository`, without tag or digest. */
  image: string;
  digest: Digest;
  promotion: string;
  generation: number;
  deadlineSeconds: number;
}

/**
 * Two colours of one workload behind one Service. Everything is written with a precondition on the standing that was
 * read, and a generation lower than the one that stands there is refused (`conflict`). Throws ExternalError: notFound
 * for a Service or a live workload that is not there, misconfigured where they cannot be told apart by colour.
 */
export interface BlueGreenTarget {
  look(ref: TargetRef, signal?: AbortSignal): Promise<ColourStanding>;
  /** Makes the idle colour as the live one is, with the order's digest and as many pods; creates it where it is absent. */
  prepare(
    ref: TargetRef,
    order: ColourOrder,
    standing: ColourStanding,
    signal?: AbortSignal,
  ): Promise<{ written: boolean }>;
  /** What one colour's workload runs, whether or not it takes the traffic. */
  observe(ref: TargetRef, colour: Colour, signal?: AbortSignal): Promise<TargetObservation>;
  /** Lets another Service (a preview) select a colour. Throws notFound where there is none of that name. */
  preview(ref: TargetRef, service: string, colour: Colour, signal?: AbortSignal): Promise<{ written: boolean }>;
  /** Lets the live Service select `to`: one call, on the condition that everything is as `standing` says. */
  select(
    ref: TargetRef,
    order: { to: Colour; promotion: string; generation: number },
    standing: ColourStanding,
    signal?: AbortSignal,
  ): Promise<AppliedChange>;
  /** Takes the idle colour's pods away; its workload stays. */
  retire(ref: TargetRef, standing: ColourStanding, signal?: AbortSignal): Promise<{ written: boolean }>;
}
