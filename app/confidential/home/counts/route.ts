import { countPlaces } from "@/lib/api-client/operations/home";
import { countPlaces as count } from "@/lib/home/count-places";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/home/counts", [
  bind(countPlaces, (cx) => count(cx)),
]);
