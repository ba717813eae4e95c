import { listNotifications } from "@/lib/api-client/operations/notifications";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { listNotifications as list } from "@/lib/notify/list-notifications";

export const endpoint = endpointAt("/confidential/notifications", [
  bind(listNotifications, (cx, { query }) => list(cx, query)),
]);
