import "server-only";
import { z } from "zod";
import { kind } from "@/lib/administration/agreements/kind";
import { requireOrganisation } from "@/lib/administration/people/rules";
import { SealState } from "@/lib/administration/seal/schema";
import { findSealState, insertSeal } from "@/lib/administration/seal/store";
import { invalidField } from "@/lib/errors";

/** Seals the tenant's keys, or unseals them. The database refuses every opening from this transaction on. */
export const sealOfKeys = kind({
  after: z.strictObject({ state: SealState }),
  subject: "organisation",
  name: async (tx, cx, { subjectId }) => (await requireOrganisation(tx, cx, subjectId)).name,
  concerns: () => undefined,
  before: async (tx, cx) => ({ state: await findSealState(tx, cx.instance.tenantId) }),
  check: async (tx, cx, { after: { state } }) => {
    if ((await findSealState(tx, cx.instance.tenantId)) === state)
      throw invalidField("/state", "is how the keys are already");
  },
  apply: async (tx, cx, { id, after: { state } }) => {
    await insertSeal(tx, cx.instance.tenantId, { state, agreementId: id, at: cx.clock.now() });
    return undefined;
  },
});
