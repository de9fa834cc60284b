import ipaddr from "ipaddr.js";

/**
 * Where an address leads. `never`: link-local, metadata services of clouds, multicast, "this network" and what is
 * reserved: nothing that Waybill has to ask lives there. A word of RFC 6890 each, but for the metadata services.
 */
export type AddressKind = "public" | "private" | "loopback" | "never";

/**
 * Metadata and credential services that lie outside 169.254.0.0/16 and fe80::/10: AWS and GCP over IPv6, Alibaba, Azure's
 * wire server, Oracle's, as those clouds document them.
 */
const metadata = [
  ["fd00:ec2::254", 128],
  ["fd20:ce::254", 128],
  ["100.100.100.200", 32],
  ["168.63.129.16", 32],
  ["192.0.0.192", 32],
] as const;

/** What ipaddr.js calls the ranges; one that is not named here is `never`. */
const kinds: Record<string, AddressKind> = {
  unicast: "public",
  as112: "public",
  as112v6: "public",
  loopback: "loopback",
  private: "private",
  carrierGradeNat: "private",
  uniqueLocal: "private",
  benchmarking: "private",
};

/** The kind of an IPv4 or IPv6 address; what is not one is `never`. IPv4 inside of IPv6 counts as that IPv4. */
export function addressKind(text: string): AddressKind {
  const [bare = ""] = text.split("%", 1);
  // Four plain decimals only: `parse` would read 010.1 its own way, and a system's resolver another.
  if (!ipaddr.IPv4.isValidFourPartDecimal(bare) && !ipaddr.IPv6.isValid(bare)) return "never";
  const address = ipaddr.parse(bare);
  const inner = address.kind() === "ipv6" ? innerIpv4((address as ipaddr.IPv6).parts) : undefined;
  if (inner !== undefined) return addressKind(inner);
  if (metadata.some(([network, bits]) => matches(address, network, bits))) return "never";
  return kinds[address.range()] ?? "never";
}

function matches(address: ipaddr.IPv4 | ipaddr.IPv6, network: string, bits: number): boolean {
  const other = ipaddr.parse(network);
  return address.kind() === other.kind() && address.match(other, bits);
}

/**
 * The IPv4 address that an IPv6 one carries: mapped and compatible (RFC 4291), translated (RFC 6145, 6052, 8215),
 * 6to4 (RFC 3056). Teredo stays what ipaddr.js calls it, and is refused.
 */
function innerIpv4(parts: readonly number[]): string | undefined {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = parts;
  const dotted = (high: number, low: number) => [high >> 8, high & 255, low >> 8, low & 255].join(".");
  const startsEmpty = a === 0 && b === 0 && c === 0 && d === 0;
  if (startsEmpty && e === 0 && f === 0xffff) return dotted(g, h);
  if (startsEmpty && e === 0xffff && f === 0) return dotted(g, h);
  // ::1 and :: are addresses of their own.
  if (startsEmpty && e === 0 && f === 0 && !(g === 0 && h <= 1)) return dotted(g, h);
  if (a === 0x64 && b === 0xff9b) return dotted(g, h);
  if (a === 0x2002) return dotted(b, c);
  return undefined;
}
