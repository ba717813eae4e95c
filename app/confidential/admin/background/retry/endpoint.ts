import { retryWork } from "@/lib/administration/background/background";
import { retryBackgroundWork } from "@/lib/api-client/operations/background";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/background/retry", [
  bind(retryBackgroundWork, (cx, { body }) => retryWork(cx, body)),
]);
