import { type LookupAddress, lookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { TLSSocket } from "node:tls";
import { Agent, buildConnector, fetch, type RequestInit, type Response } from "undici";
import { type AddressKind, addressKind } from "@/lib/net/address-kind";
import { type Reach, reaches, readReach } from "@/lib/net/reach";

/** An address that Waybill does not connect to; `why` is for people and names neither address nor host. */
export class RefusedAddress extends Error {
  readonly code = "WAYBILL_REFUSED_ADDRESS";

  constructor(readonly why: string) {
    super(why);
    this.name = "RefusedAddress";
  }
}

/** `fetch` without redirects of its own: whoever follows one calls again, and the next address is checked too. */
export type GuardedFetch = (
  url: URL | string,
  init?: Omit<RequestInit, "redirect" | "dispatcher">,
) => Promise<Response>;

export interface GuardOptions {
  reach: Reach;
  /** How long an idle connection is kept, in milliseconds. */
  keepAliveMs?: number;
  /** Resolves names; Node's own where it is missing. */
  resolve?: typeof lookup;
  /** Certificate authorities (PEM) in place of the system's. */
  ca?: string;
  /** Told of each encrypted connection that was made: `host:port` and the end of its certificate's time, as it says it. */
  onCertificate?(authority: string, validTo: string): void;
}

/** Why an address of this kind is not asked, or undefined where it may be. */
function refusal(kind: AddressKind, reach: Reach): string | undefined {
  if (kind === "never") return "this is a link-local, metadata or reserved address, which Waybill never asks";
  if (reaches.indexOf(kind) <= reaches.indexOf(reach)) return undefined;
  const what = kind === "loopback" ? "this is an address of Waybill's own machine" : "this is a private address";
  return `${what}, which its setting WAYBILL_OUTBOUND=${reach} does not allow`;
}

/** Throws RefusedAddress where a host is written as an address that may not be asked; a name is judged when it is resolved. */
export function refuseAddress(host: string, reach: Reach = processReach()): void {
  const bare = host.replace(/^\[|\]$/g, "");
  if (isIP(bare) === 0) return;
  const why = refusal(addressKind(bare), reach);
  if (why !== undefined) throw new RefusedAddress(why);
}

/**
 * Resolves a name and hands on only the addresses that may be asked, so that what was checked is what is connected to:
 * a name that leads elsewhere the second time (DNS rebinding) gains nothing.
 */
export function guardedLookup(reach: Reach = processReach(), resolve = lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, "", 0);
      const whys = found.map(({ address }) => refusal(addressKind(address), reach));
      const allowed = found.filter((_, at) => whys[at] === undefined);
      const [first] = allowed;
      if (first === undefined) {
        return callback(new RefusedAddress(whys.find((why) => why !== undefined) ?? "no address was found"), "", 0);
      }
      if (options.all === true) return callback(null, allowed satisfies LookupAddress[]);
      callback(null, first.address, first.family);
    });
  };
}

/** A fetch whose every connection is checked at the moment it is made. Each has its own pool of connections. */
export function createGuardedFetch({ reach, keepAliveMs = 4_000, resolve, ...more }: GuardOptions): GuardedFetch {
  // A resumed session shows no certificate.
  const sessions = more.onCertificate ? { maxCachedSessions: 0 } : {};
  const connect = buildConnector({
    ...{ lookup: guardedLookup(reach, resolve), allowH2: false, ca: more.ca },
    ...sessions,
  });
  const dispatcher = new Agent({
    keepAliveTimeout: keepAliveMs,
    connect(options, callback) {
      try {
        refuseAddress(options.hostname, reach);
      } catch (error) {
        return callback(error as RefusedAddress, null);
      }
      connect(options, (...made) => {
        const [, socket] = made;
        if (socket instanceof TLSSocket) {
          more.onCertificate?.(`${options.hostname}:${options.port}`, socket.getPeerCertificate().valid_to);
        }
        callback(...made);
      });
    },
  });
  return (url, init) => fetch(url, { ...init, dispatcher, redirect: "manual" });
}

/** The refusal inside an error of `fetch`, which wraps it once or twice. */
export function refusedAddressIn(error: unknown): RefusedAddress | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if (at instanceof RefusedAddress) return at;
    if (at instanceof AggregateError) return at.errors.map(refusedAddressIn).find((one) => one !== undefined);
  }
  return undefined;
}

let shared: { reach: Reach; fetch: GuardedFetch } | undefined;

/** What every client of an address that somebody configured uses: within this process's own reach. */
export const guardedFetch: GuardedFetch = (url, init) => {
  const reach = processReach();
  if (shared?.reach !== reach) shared = { reach, fetch: createGuardedFetch({ reach }) };
  return shared.fetch(url, init);
};

/** The reach that this process was started with. */
export function processReach(): Reach {
  return readReach(process.env);
}
