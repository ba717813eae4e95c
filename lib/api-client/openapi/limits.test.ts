import { expect, it } from "vitest";
import { z } from "zod";
import { isBoundedPattern, unboundedPlaces } from "@/lib/testing/routes/unbounded";
import { OPERATIONS } from "../registry";

/** Places that take values without a length limit, each with the rule that bounds them. */
const BOUND_ELSEWHERE: Readonly<Record<string, string>> = {
  "createTransaction body /pricing: anything": "sealed JSON: 32 levels, 1,000 members, 1 MB",
  "createTransaction body /settlement_details: anything": "sealed JSON: 32 levels, 1,000 members, 1 MB",
  "createTransaction body /parties: anything": "sealed JSON: 32 levels, 1 MB",
  "createTransaction body /digests: anything": "refused until client envelopes are taken",
  "createTransaction body /client_envelopes: anything": "refused until client envelopes are taken",
  "createTransactionBatch body /transactions/*: anything": "each item is read by NewTransaction; 8 MB",
  "validatePolicySet body /document/?: anything": "checked as it is: 600 policies, 1 MB",
  "registerPasskey body /attestation: members without a number": "WebAuthn's; members not named are dropped",
  "registerPasskey body /attestation/response: members without a number": "the same",
  "stepUp body /assertion: members without a number": "the same",
  "stepUp body /assertion/response: members without a number": "the same",
};

it("bounds every text, list and set of members that any operation takes", () => {
  const found = OPERATIONS.flatMap((operation) =>
    (["params", "query", "body"] as const).flatMap((part) => {
      const schema = operation[part];
      if (schema === undefined) return [];
      const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
      return unboundedPlaces(json).map((place) => `${operation.id} ${part} ${place}`);
    }),
  );
  expect(found.sort()).toEqual(Object.keys(BOUND_ELSEWHERE).sort());
});

it("finds a member without a bound", () => {
  const json = (schema: z.ZodType) => z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  const open = z.strictObject({
    text: z.string(),
    form: z.string().regex(/^a+$/),
    list: z.array(z.boolean()),
    record: z.record(z.string().max(9), z.string().max(9)),
    loose: z.looseObject({}),
    any: z.unknown(),
    deep: z.array(z.strictObject({ text: z.string() }).optional()).max(3),
  });
  expect(unboundedPlaces(json(open)).map((place) => place.split(":")[0])).toEqual([
    "/text",
    "/form",
    "/list",
    "/loose",
    "/loose/?",
    "/any",
    "/deep/*/text",
  ]);
  const patterns = ["^a{1,9}$", "^(a|b)$", "^a|b$", "^a*$", "a", "^a{2,}$", "^[a+]\\+$"];
  expect(patterns.map(isBoundedPattern)).toEqual([true, true, false, false, false, false, true]);
});
