import { addAuthorityList as add } from "@/lib/access/legal-authorities/add-authority-list";
import { addAuthorityList } from "@/lib/api-client/operations/authorities";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/admin/authorities/{id}/crls",
  [bind(addAuthorityList, (cx, { params, body }) => add(cx, params.id, body))],
);
