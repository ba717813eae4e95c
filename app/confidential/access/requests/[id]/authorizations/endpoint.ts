import { attachAuthorization as attach } from "@/lib/access/legal-authorities/attach-authorization";
import { attachAuthorization } from "@/lib/api-client/operations/access";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/requests/{id}/authorizations", [
  bind(attachAuthorization, (cx, { params, body, files }) =>
    attach(cx, params.id, body, files.document, files.jws, {
      cms: files.cms,
      crl: files.crl,
    }),
  ),
]);
