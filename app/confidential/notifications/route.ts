import { listNotifications } from "@/lib/api-client/operations/notifications";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { listNotifications as list } from "@/lib/notify/list-notifications";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/notifications", [
  bind(listNotifications, (cx, { query }) => list(cx, query)),
]);
