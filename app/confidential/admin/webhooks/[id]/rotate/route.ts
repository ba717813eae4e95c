import { rotateWebhookSecret } from "@/lib/api-client/operations/notifications";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { rotateSecret } from "@/lib/notify/webhooks/change-webhook";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/admin/webhooks/{id}/rotate",
  [bind(rotateWebhookSecret, (cx, { params }) => rotateSecret(cx, params.id))],
);
