import { judgeBundle } from "@/lib/adapters/sigstore/judge-bundle";
import { judgeSimpleSigning } from "@/lib/adapters/sigstore/judge-simple-signing";
import { loadTrust, type ReadReference } from "@/lib/adapters/sigstore/trust";
import type { SignatureVerifier } from "@/lib/ports/signature-verifier";

/** Verifies cosign's signatures with Sigstore's own libraries. Nothing is fetched: keys and the root are read by `read`. */
export function createSignatureVerifier(read: ReadReference): SignatureVerifier {
  return {
    async verify(demand, materials) {
      const trust = await loadTrust(demand, read);
      return materials.map((one) =>
        one.kind === "bundle" ? judgeBundle(one.json, demand, trust) : judgeSimpleSigning(one, demand, trust),
      );
    },
  };
}
