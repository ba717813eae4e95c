import { Background, RetryAnswer, RetryWork } from "@/lib/administration/background/schema";
import { operation } from "@/lib/api-client/operation";

const BACKGROUND = "/confidential/admin/background";
const admin = { scopes: ["admin"], roles: ["admin"] } as const;

export const getBackground = operation({
  ...admin,
  id: "getBackground",
  method: "GET",
  path: BACKGROUND,
  summary: "Background jobs with their last and next run, queues, and work that is out of retries.",
  response: { status: 200, schema: Background },
  rate: "reads",
  action: "job.read",
});

export const retryBackgroundWork = operation({
  ...admin,
  id: "retryBackgroundWork",
  method: "POST",
  path: `${BACKGROUND}/retry`,
  summary: "Queue an export or a message again that is out of retries.",
  body: RetryWork,
  response: { status: 200, schema: RetryAnswer },
  rate: "writes",
  action: "job.retry",
});
