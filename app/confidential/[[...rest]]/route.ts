import { getApi } from "@/lib/http/dispatch/slot";
import { handlersOf } from "@/lib/http/endpoint/serve";

/**
 * Every address under /confidential: its `endpoint.ts` is found by the table in endpoints.ts. Calls that the portal's
 * server has answered directly do not come here.
 */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = handlersOf(async (request: Request) =>
  (await getApi()).respond(request),
);
