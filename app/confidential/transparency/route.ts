import { listTransparency } from "@/lib/api-client/operations/transparency";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { listTransparency as list } from "@/lib/transparency/get-transparency";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/transparency", [
  bind(listTransparency, (cx) => list(cx)),
]);
