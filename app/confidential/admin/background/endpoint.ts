import { readBackground } from "@/lib/administration/background/background";
import { getBackground } from "@/lib/api-client/operations/background";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/background", [
  bind(getBackground, (cx) => readBackground(cx)),
]);
