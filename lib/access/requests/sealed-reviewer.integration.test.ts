import { afterAll, beforeAll, expect, it } from "vitest";
import { readDocument } from "@/lib/access/documents/read-document";
import { attachAuthorization } from "@/lib/access/legal-authorities/attach-authorization";
import { listRequests } from "@/lib/access/requests/list-requests";
import { getRequest } from "@/lib/access/requests/request-view";
import { AuthorizationFactsBody } from "@/lib/access/requests/schema";
import { submitRequest } from "@/lib/access/requests/submit-request";
import { reviewRequest } from "@/lib/access/review/review-request";
import { listEvents } from "@/lib/audit/reading/list-events";
import { EventQuery } from "@/lib/audit/schema";
import { listNotifications } from "@/lib/notify/list-notifications";
import { NotificationQuery } from "@/lib/notify/schema";
import { sendNotifications } from "@/lib/notify/send-notifications";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import {
  createRequestBench,
  draftRequest,
  FACTS,
  newTransaction,
  ORDER_FILE,
  type RequestBench,
} from "@/lib/testing/benches/request-bench";

/** A sealed case about a participant's record. The lawyer of the participant's organisation is its subject. */

let bench: RequestBench;
beforeAll(async () => {
  bench = await createRequestBench();
});
afterAll(() => bench?.close());

it("a reviewer of a party's organisation does not learn of a sealed case about its record", async () => {
  const client = await bench.person({ role: "client" });
  const { organisationId } = client.principal;
  const lawyer = await bench.person({
    role: "coordinator",
    duties: ["legal"],
    hasKey: false,
    organisationId,
  });
  const tx = await newTransaction(client);
  const id = await draftRequest(bench, { transactions: [tx] });
  const sealed = { basis: "§ 101 StPO", until: FACTS.valid_until };
  const facts = AuthorizationFactsBody.parse({ ...FACTS, case_number: "18 O 16/26", sealed });
  await attachAuthorization(bench.regulator, id, facts, ORDER_FILE);
  const { authorization } = await submitRequest(bench.regulator, id);
  while ((await sendNotifications({ ...bench.cx, hasMail: false })) > 0);
  const seen = await listNotifications(lawyer, NotificationQuery.parse({ limit: "100", view: "all" }));
  const listed = await listRequests(lawyer, { limit: 50 });
  // Before any attempt: the lawyer's own refusals are in their log, like refusals for unknown ids.
  const logged = await listEvents(lawyer, EventQuery.parse({ subject: `request:${id}` }));
  expect(logged.items).toEqual([]);
  expect({
    notified: seen.items.filter(({ subject }) => subject === id).map(({ state }) => state),
    listed: listed.items.some((one) => one.id === id),
    request: await outcomeOf(getRequest(lawyer, id)),
    panel: await outcomeOf(reviewRequest(lawyer, id)),
    order: await outcomeOf(readDocument(lawyer, id, authorization?.id ?? "")),
  }).toEqual({
    notified: [],
    listed: false,
    request: "request-file.not-found",
    panel: "request-file.not-found",
    order: "request-file.not-found",
  });
});
