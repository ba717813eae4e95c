import { markNotifications } from "@/lib/api-client/operations/notifications";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { markRead } from "@/lib/notify/list-notifications";

export const endpoint = endpointAt("/confidential/notifications/marks", [
  bind(markNotifications, (cx, { body }) => markRead(cx, body)),
]);
