import { listTransparency as list } from "@/lib/access/transparency/get-transparency";
import { listTransparency } from "@/lib/api-client/operations/transparency";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/transparency", [
  bind(listTransparency, (cx) => list(cx)),
]);
