"use client";

import { target } from "@/components/client/api";
import { useApi } from "@/components/client/use-api";
import { sameNames, useSigner } from "@/components/client/use-signer";
import type { prepareOpening } from "@/lib/api-client/operations/grants";
import type { SignedOpening } from "@/lib/transactions/schema";
import type { GroupName } from "@/lib/vocabulary";

const prepare = target<typeof prepareOpening>("POST", "/confidential/access/openings");

/**
 * Returns a function that has the holder sign one opening under a grant. It returns the part of the opening call with
 * the signature. This part is empty if the portal signs for a holder without a key on the roster.
 */
export function useSignedOpening() {
  const api = useApi();
  const signer = useSigner();
  return async (
    transactionId: string,
    grantId: string,
    fields: readonly GroupName[],
  ): Promise<{ readonly opening?: SignedOpening }> => {
    let openingId = "";
    const signed = await signer.sign({
      kind: "open",
      prepare: async () => {
        const body = { grant_id: grantId, transactions: [transactionId], fields: [...fields] };
        const prepared = await api.call(prepare, { body });
        openingId = prepared.opening_id;
        return prepared.statement;
      },
      isAsShown: (statement) =>
        statement.grant === grantId &&
        sameNames(statement.transactions, [transactionId]) &&
        sameNames(statement.groups, fields),
    });
    return signed === undefined ? {} : { opening: { opening_id: openingId, signature: signed.signature } };
  };
}
