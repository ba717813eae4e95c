import { expect, it } from "vitest";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import { options } from "../answers/options-fixture";
import { openStores } from "./open-stores";

const ORDER_ENDS = "2049-12-21T00:00:00.000Z";

function draftOf(until: string | undefined): RequestView {
  const order = {
    kind: "court_order",
    issuer: "Market Supervision Office",
    jurisdiction: "DE",
    case_number: "MSO 1/26",
    valid_from: "2026-11-26T00:00:00.000Z",
    valid_until: ORDER_ENDS,
  };
  const view = {
    id: "0198c0de-0000-7000-8000-00000000000a",
    reference: "AR-2026-41378210",
    version: 3,
    updated_at: "2026-11-27T10:36:00.000Z",
    purpose: "audit",
    justification: "Settlement of October",
    transactions: ["0198c0de-0000-7000-8000-000000000001"],
    fields: ["amount"],
    level: "full",
    max_views: 20,
    max_exports: 5,
    authorization: order,
    ...(until === undefined ? {} : { until }),
  };
  // Only what the form reads of a request.
  return view as unknown as RequestView;
}

it("a draft without an end shows the order's end and must save it; a draft with an end has nothing to save", () => {
  const open = (until: string | undefined) =>
    openStores({ options, view: draftOf(until), prefill: {} }, true).draft;
  expect(open(undefined).get().answers.end).toBe("order");
  expect(open(undefined).isDirty).toBe(true);
  expect(open(ORDER_ENDS).isDirty).toBe(false);
});
