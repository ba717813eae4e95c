import { operation } from "@/lib/api-client/operation";
import { FollowAnswer, FollowEnded, FollowList, FollowPath, NewFollow } from "@/lib/notify/follows/schema";

const FOLLOWS = "/confidential/follows";
// A person's own: programs follow changes by webhooks.
const people = { scopes: "any", roles: "any", sessionOnly: true } as const;

export const listFollows = operation({
  id: "listFollows",
  method: "GET",
  path: FOLLOWS,
  summary: "Cases, requests and transactions that the caller follows and may still see, newest first.",
  ...people,
  response: { status: 200, schema: FollowList },
  rate: "reads",
  action: "follow.read",
});

export const beginFollow = operation({
  id: "beginFollow",
  method: "POST",
  path: FOLLOWS,
  summary: "Follow a case, a request or a transaction.",
  ...people,
  body: NewFollow,
  response: { status: 201, schema: FollowAnswer },
  rate: "writes",
  action: "follow.begin",
  idempotent: { keep: ["id", "since"] },
});

export const endFollow = operation({
  id: "endFollow",
  method: "DELETE",
  path: `${FOLLOWS}/{id}`,
  summary: "Stop following.",
  ...people,
  params: FollowPath,
  response: { status: 200, schema: FollowEnded },
  rate: "writes",
  action: "follow.end",
});
