import { markNotifications } from "@/lib/api-client/operations/notifications";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { markRead } from "@/lib/notify/list-notifications";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/notifications/marks", [
  bind(markNotifications, (cx, { body }) => markRead(cx, body)),
]);
