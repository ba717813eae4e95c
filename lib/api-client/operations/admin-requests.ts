import { z } from "zod";
import { Withdrawal } from "@/lib/access/deadlines/schema";
import { UnreadableAnswer } from "@/lib/access/requests/answer-schema";
import { operation } from "@/lib/api-client/operation";
import { RequestPath } from "@/lib/api-client/operations/access";
import { pageQuery, Unreadable } from "@/lib/schema";

const REQUESTS = "/confidential/admin/requests";
const administrators = { scopes: ["admin"], roles: ["admin"] } as const;

export const listUnreadableRequests = operation({
  ...administrators,
  id: "listUnreadableRequests",
  method: "GET",
  path: REQUESTS,
  summary: "Ids of requests that are stored but cannot be read, newest first.",
  query: z.strictObject({ cursor: pageQuery.cursor }),
  response: {
    status: 200,
    schema: z.object({ unreadable: z.array(Unreadable), next_cursor: z.string().nullable() }),
  },
  rate: "reads",
  action: "request.read",
});

/** Its own call, so that an administrator does not need the scope of requesters. */
export const withdrawUnreadableRequest = operation({
  ...administrators,
  id: "withdrawUnreadableRequest",
  method: "POST",
  path: `${REQUESTS}/{id}/withdraw`,
  summary: "Withdraw any request that is stored but cannot be read.",
  params: RequestPath,
  body: Withdrawal,
  response: { status: 200, schema: UnreadableAnswer },
  rate: "writes",
  action: "request.withdraw",
  idempotent: { keep: ["id", "state"] },
});
