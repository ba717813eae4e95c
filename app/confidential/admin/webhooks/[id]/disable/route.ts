import { disableWebhook } from "@/lib/api-client/operations/notifications";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { disableWebhook as disable } from "@/lib/notify/webhooks/change-webhook";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/admin/webhooks/{id}/disable",
  [bind(disableWebhook, (cx, { params }) => disable(cx, params.id))],
);
