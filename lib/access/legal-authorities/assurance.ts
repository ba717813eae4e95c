import type { Verifications } from "@/lib/access/legal-authorities/verification-store";
import type { AuthorizationView } from "@/lib/access/requests/answer-schema";

type Assurance = AuthorizationView["assurance"];

/** Words for people; the state says nothing of it, since it moves on. */
const WORDS: Readonly<Record<Assurance, string>> = {
  verified: "cryptographically verified",
  attested: "attested, not cryptographically verified",
  none: "not verified",
};

/**
 * How far a legal authority is verified: by its signature, when the newest look at it passed; else by two matching
 * readings of the paper; else not at all.
 */
export function assuranceOf({ signature, attestedAt }: Verifications): Assurance {
  if (signature.at(-1)?.report.indication === "TOTAL-PASSED") return "verified";
  return attestedAt === undefined ? "none" : "attested";
}

/** The members of a view that tell how far it is verified, and by which looks. */
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
