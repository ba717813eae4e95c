import { recordDigest } from "@/components/client/sign-statement";
import type { Signer } from "@/components/client/use-signer";
import type { PolicySetView } from "@/lib/policies/schema";

type Said = NonNullable<PolicySetView["to_sign"]>;

/** Whether a statement says what the page shows: this version, its numbers, and the digest computed here of its text. */
async function isAsShown({ number, document, settings, gains }: Shown, said: Said): Promise<boolean> {
  const { max_views, max_days } = settings;
  const isOfText = said.document === (await recordDigest(document));
  const isOfNumbers = said.max_views === max_views && said.max_days === max_days;
  return isOfText && isOfNumbers && said.number === number && (said.gains || gains === false);
}

interface Shown {
  readonly number: number;
  readonly document: PolicySetView["document"];
  readonly settings: PolicySetView["document"]["settings"]["grants"];
  readonly gains: boolean | null;
}

/**
 * The reader signs that this version decides, if their key is on the custodian's roster. The portal
 * alone cannot put a version in force there.
 */
export function signOrder(set: PolicySetView) {
  const { to_sign: said, number, document, gains } = set;
  return async (_body: unknown, sign: Signer["sign"]) => {
    if (said === null) return {};
    const isBack = said.act === "roll_back";
    const shown = { number, document, settings: document.settings.grants, gains: isBack ? false : gains };
    const signed = await sign({
      kind: "policy",
      prepare: async () => said,
      isAsShown: (one) => isAsShown(shown, one),
    });
    return signed === undefined ? {} : { signature: signed.signature };
  };
}
