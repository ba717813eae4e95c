import { prepareStatement as prepare } from "@/lib/access/decisions/prepare-statement";
import { prepareStatement } from "@/lib/api-client/operations/decisions";
import { versionOf } from "@/lib/etag";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/requests/{id}/statement", [
  bind(prepareStatement, (cx, { params, body, ifMatch }) => prepare(cx, params.id, body, versionOf(ifMatch))),
]);
