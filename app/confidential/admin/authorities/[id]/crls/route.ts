import { addAuthorityList as add } from "@/lib/access/authorizations/add-authority-list";
import { addAuthorityList } from "@/lib/api-client/operations/authorities";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/admin/authorities/{id}/crls",
  [bind(addAuthorityList, (cx, { params, body }) => add(cx, params.id, body))],
);
