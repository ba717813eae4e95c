import { withdrawInvitation as withdraw } from "@/lib/administration/people/end-person";
import { withdrawInvitation } from "@/lib/api-client/operations/people";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/admin/invitations/{id}/withdraw",
  [bind(withdrawInvitation, (cx, { params, body }) => withdraw(cx, params.id, body.reason))],
);
