import type { Verifications } from "@/lib/access/legal-authorities/verification-store";
import type { AuthorizationView } from "@/lib/access/requests/answer-schema";

type Assurance = AuthorizationView["assurance"];

/** Texts for people. The state does not show this, since it changes later. */
const WORDS: Readonly<Record<Assurance, string>> = {
  verified: "cryptographically verified",
  attested: "attested, not cryptographically verified",
  none: "not verified",
};

/**
 * Returns how far a legal authority is verified: by its signature, when the newest check passed; else by two matching
 * readings of the paper; else not at all.
 */
export function assuranceOf({ signature, attestedAt }: Verifications): Assurance {
  if (signature.at(-1)?.report.indication === "TOTAL-PASSED") return "verified";
  return attestedAt === undefined ? "none" : "attested";
}

/** Returns the members of a view that show how far it is verified, and by which checks. */
export function assuranceView(
  verifications: Verifications,
): Pick<AuthorizationView, "assurance" | "verification" | "signature" | "attested_at"> {
  const assurance = assuranceOf(verifications);
  const { signature, attestedAt } = verifications;
  return {
    assurance,
    verification: WORDS[assurance],
    ...(signature.length === 0
      ? {}
      : { signature: signature.map(({ occasion, report }) => ({ occasion, ...report })) }),
    ...(attestedAt === undefined ? {} : { attested_at: attestedAt.toISOString() }),
  };
}
